/** The figures of a server, for metrics. Counts and sums rise from its start on. */
import type { StoreStatistics } from '../../store/statistics.js';
import type { ConnectionStatistics } from '../connection/connections.js';
import type { RequestStatistics } from './request-statistics.js';

/**
 * `failed`: the store can't be trusted with writes. `draining`: the server was told to stop, and
 * refuses new requests.
 */
export type ServerState = 'serving' | 'failed' | 'draining';

export interface ServerStatistics {
  readonly state: ServerState;
  readonly requests: RequestStatistics;
  /** Requests that are running now. */
  readonly running: number;
  readonly connections: ConnectionStatistics;
  /** Contents in memory, received or being sent, in bytes. */
  readonly contentBytes: number;
  /** Undefined: the store is closing, or tells nothing. */
  readonly store: StoreStatistics | undefined;
}
