/**
 * Counts requests by operation and status, and their latencies by operation. A request costs three
 * increments of typed arrays and a search among some bounds, and allocates nothing.
 */
import type { Counts } from '../../statistics/counts.js';
import { durationBoundsUs, FixedHistogram } from '../../statistics/fixed-histogram.js';
import { type CommandKind, operations } from '../api/operations.js';

/** `other`: it was refused before it was known what it asks for. */
export type CountedOperation = CommandKind | 'other';

export const countedOperations: readonly CountedOperation[] = [
  ...new Set(operations.map(({ kind }) => kind)),
  'other',
];

/** From 0, which stands for no response. */
const statuses = 600;

export interface StatusCount {
  readonly operation: CountedOperation;
  readonly status: number;
  readonly count: number;
}

export class RequestStatistics {
  readonly #counts = new Float64Array(countedOperations.length * statuses);
  readonly #rows: Readonly<Record<CountedOperation, number>>;
  readonly #latencies: readonly FixedHistogram[];

  constructor() {
    const rows = countedOperations.map((operation, row) => [operation, row] as const);
    this.#rows = Object.fromEntries(rows) as Record<CountedOperation, number>;
    this.#latencies = countedOperations.map(() => new FixedHistogram(durationBoundsUs));
  }

  /** The number under which an operation is counted. */
  rowOf(operation: CountedOperation): number {
    return this.#rows[operation];
  }

  /** Counts a request that is over, or a response to bytes that are not a request. */
  count(row: number, status: number): void {
    const at = row * statuses + status;
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /** @param us from when the request was read to when its response was handed over */
  time(row: number, us: number): void {
    (this.#latencies[row] as FixedHistogram).record(us);
  }

  /** All that are over. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The counts that are not zero. */
  *statusCounts(): Generator<StatusCount> {
    for (const [row, operation] of countedOperations.entries())
      for (let status = 0; status < statuses; status++) {
        const count = this.#counts[row * statuses + status] as number;
        if (count > 0) yield { operation, status, count };
      }
  }

  /** In µs. */
  latencyUs(operation: CountedOperation): Counts {
    return (this.#latencies[this.#rows[operation]] as FixedHistogram).read();
  }
}
