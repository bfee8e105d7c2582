/**
 * Counts of values in buckets with fixed bounds, for metrics. Recording allocates nothing, and the
 * counts only rise, so a reader takes them at any time without a reset.
 */

/** As a reader sees it. */
export interface Distribution {
  /** The largest value of each bucket, rising. Larger values are in one bucket more. */
  readonly bounds: readonly number[];
  readonly sum: number;
  readonly count: number;
  /** For each bound how many values were not above it, and at the end how many there were. */
  cumulative(): number[];
}

export class FixedHistogram implements Distribution {
  readonly bounds: readonly number[];
  /** The counts of the buckets, and behind them the sum of the values. */
  readonly #numbers: Float64Array;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#numbers = new Float64Array(bounds.length + 2);
  }

  record(value: number): void {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    const numbers = this.#numbers;
    numbers[low] = (numbers[low] as number) + 1;
    const sum = numbers.length - 1;
    numbers[sum] = (numbers[sum] as number) + value;
  }

  get sum(): number {
    return this.#numbers[this.#numbers.length - 1] as number;
  }

  get count(): number {
    return this.cumulative().at(-1) as number;
  }

  cumulative(): number[] {
    let total = 0;
    return Array.from(this.#numbers.subarray(0, -1), (count) => {
      total += count;
      return total;
    });
  }

  /**
   * The upper bound of the bucket in which the value of this rank is; undefined if nothing was
   * recorded, infinite if it is above all bounds.
   * @param share from 0 to 1: 0.99 for the 99th percentile
   */
  quantile(share: number): number | undefined {
    const cumulative = this.cumulative();
    const count = cumulative.at(-1) as number;
    if (count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * count));
    const index = cumulative.findIndex((upTo) => upTo >= rank);
    return this.bounds[index] ?? Number.POSITIVE_INFINITY;
  }
}

/** From 10 µs to 10 s in steps of the series E6: a quantile is at most a half too large. */
export const durationBoundsUs: readonly number[] = [
  ...[10, 100, 1000, 10_000, 100_000, 1_000_000].flatMap((decade) =>
    [1, 1.5, 2.2, 3.3, 4.7, 6.8].map((step) => Math.round(decade * step)),
  ),
  10_000_000,
];

/** Powers of two, for how many of something there are at once. */
export const countBounds: readonly number[] = Array.from({ length: 11 }, (_, power) => 2 ** power);
