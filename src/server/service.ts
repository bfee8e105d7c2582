/** The store that the lanes serve, and whether the server still takes requests. */
import type { Store } from '../store/store.js';

export interface Service {
  readonly store: Store;
  /** True once the server was told to stop: running requests finish, new ones are refused. */
  readonly draining: boolean;
}
