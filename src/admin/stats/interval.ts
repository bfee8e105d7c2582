/**
 * The figures of a time: the sums of what happened in it, and how things stood at its end. It is
 * JSON: `null` stands for a figure of nothing, and parts that a store does not tell are left out.
 */
import type { CountedOperation } from '../../server/statistics/request-statistics.js';
import { type Quantiles, quantilesOf, rounded } from './quantiles.js';
import type { Snapshot } from './snapshot.js';
import { type StoreInterval, storeInterval } from './store-interval.js';

export interface OperationInterval {
  readonly requests: number;
  readonly perSecond: number;
  /** Those whose status is 400 or above. */
  readonly errors: number;
  /** From when a request was read to when its response was handed over. */
  readonly latencyMs: Quantiles | null;
}

export interface Interval {
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Those that had requests. */
  readonly operations: { readonly [Operation in CountedOperation]?: OperationInterval };
  /** Responses from 400 on, by status. */
  readonly errors: Readonly<Record<string, number>>;
  readonly running: number;
  readonly connections: {
    readonly open: number;
    readonly accepted: number;
    readonly refused: number;
  };
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly contentBytes: number;
  readonly store?: StoreInterval;
  readonly process: {
    /** By how much the event loop was late. */
    readonly loopDelayMs: Quantiles | null;
    /** The share of the time in which the event loop did not wait. */
    readonly loopUtilization: number;
    readonly gcMs: number;
    readonly cpuMs: { readonly user: number; readonly system: number };
    readonly memoryBytes: {
      readonly resident: number;
      readonly heapUsed: number;
      readonly external: number;
    };
  };
}

export function intervalBetween(before: Snapshot, after: Snapshot): Interval {
  const seconds = Math.max(1e-3, (after.monotonicMs - before.monotonicMs) / 1000);
  const { connections } = after;
  const rise = (pick: (snapshot: Snapshot) => number) => pick(after) - pick(before);
  const store = after.store && storeInterval(before.store, after.store);
  return {
    fromMs: before.atMs,
    toMs: after.atMs,
    ...requestsBetween(before, after, seconds),
    running: after.running,
    connections: {
      open: connections.open,
      accepted: rise((each) => each.connections.accepted),
      refused: rise((each) => each.connections.refused),
    },
    receivedBytes: rise((each) => each.connections.receivedBytes),
    sentBytes: rise((each) => each.connections.sentBytes),
    contentBytes: after.contentBytes,
    ...(store && { store }),
    process: processBetween(before, after, seconds),
  };
}

function requestsBetween(before: Snapshot, after: Snapshot, seconds: number) {
  const keyOf = ({ operation, status }: Snapshot['statuses'][number]) => `${operation} ${status}`;
  const old = new Map(before.statuses.map((each) => [keyOf(each), each.count]));
  const operations: { [Operation in CountedOperation]?: OperationInterval } = {};
  const errors: Record<string, number> = {};
  for (const each of after.statuses) {
    const { operation, status } = each;
    const requests = each.count - (old.get(keyOf(each)) ?? 0);
    if (requests === 0) continue;
    const failed = status >= 400 ? requests : 0;
    if (failed > 0) errors[status] = (errors[status] ?? 0) + failed;
    const sum = operations[operation];
    const all = (sum?.requests ?? 0) + requests;
    const latencyUs = after.latencyUs.get(operation)?.since(before.latencyUs.get(operation));
    operations[operation] = {
      requests: all,
      perSecond: rounded(all / seconds),
      errors: (sum?.errors ?? 0) + failed,
      latencyMs: sum ? sum.latencyMs : quantilesOf(latencyUs),
    };
  }
  return { operations, errors };
}

function processBetween(before: Snapshot, after: Snapshot, seconds: number): Interval['process'] {
  const [old, now] = [before.process, after.process];
  const { rss, heapUsed, external } = now.memory;
  let gcUs = 0;
  for (const [kind, pauses] of now.pausesUs)
    gcUs += pauses.sum - (old.pausesUs.get(kind)?.sum ?? 0);
  return {
    loopDelayMs: quantilesOf(now.loopDelayUs.since(old.loopDelayUs)),
    loopUtilization: rounded(Math.min(1, (now.activeMs - old.activeMs) / (1000 * seconds))),
    gcMs: rounded(gcUs / 1000),
    cpuMs: {
      user: rounded((now.cpuUs.user - old.cpuUs.user) / 1000),
      system: rounded((now.cpuUs.system - old.cpuUs.system) / 1000),
    },
    memoryBytes: { resident: rss, heapUsed, external },
  };
}
