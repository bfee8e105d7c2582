/**
 * A store behind the HTTP interface, as the suite wants it. An engine joins with one of its own.
 * The capabilities decide what is expected, never a name.
 */
import { onTestFinished, vi } from 'vitest';
import type { Capabilities } from '#dist/store/store.js';
import type { Limits } from '../../../src/config/limits.js';
import type { TestServer } from '../harness.js';

export interface ServedStore {
  readonly capabilities: Capabilities;
  /** Starts a server over an empty store. It is closed when the test is over. */
  start(limits?: Partial<Limits>): Promise<TestServer>;
  /** Closes a server, and starts another one over what is stored. */
  restart(server: TestServer): Promise<TestServer>;
  /**
   * One server for the tests of a `describe`, over a store that is empty before the first of them.
   * A call of `start` may empty it.
   */
  shared(limits?: Partial<Limits>): { readonly url: string };
}

/** The time of day stands still for the rest of the test, save for what it is advanced by. */
export function scriptedClock(nowMs = Date.now()): { advance(ms: number): void } {
  let ms = nowMs;
  vi.spyOn(Date, 'now').mockImplementation(() => ms);
  onTestFinished(() => void vi.restoreAllMocks());
  return { advance: (byMs) => (ms += byMs) };
}
