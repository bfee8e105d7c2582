/** All figures of a process at one moment. */
import {
  type CountedOperation,
  countedOperations,
  type StatusCount,
} from '../../server/statistics/request-statistics.js';
import type { ServerState, ServerStatistics } from '../../server/statistics/server-statistics.js';
import type { Counts } from '../../statistics/counts.js';
import type { StoreStatistics } from '../../store/statistics.js';
import type { ProcessFigures, ProcessProbe } from '../process-probe.js';

export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The same moment by a clock that nobody sets. */
  readonly monotonicMs: number;
  readonly state: ServerState;
  readonly statuses: readonly StatusCount[];
  readonly latencyUs: ReadonlyMap<CountedOperation, Counts>;
  readonly running: number;
  readonly connections: ServerStatistics['connections'];
  readonly contentBytes: number;
  /** Undefined: the store is closing, or tells nothing. */
  readonly store: StoreStatistics | undefined;
  readonly process: ProcessFigures;
}

export function takeSnapshot(statistics: ServerStatistics, probe: ProcessProbe): Snapshot {
  const { requests, state, running, connections, contentBytes, store } = statistics;
  return {
    atMs: Date.now(),
    monotonicMs: performance.now(),
    state,
    statuses: [...requests.statusCounts()],
    latencyUs: new Map(countedOperations.map((each) => [each, requests.latencyUs(each)])),
    running,
    connections,
    contentBytes,
    store,
    process: probe.read(),
  };
}
