/**
 * Counts values in buckets with fixed bounds, for metrics. Recording allocates nothing. The counts
 * only rise, so any number of readers take them at any time, without a reset.
 */
import { Counts, parts } from './counts.js';

export class FixedHistogram {
  readonly #bounds: readonly number[];
  /** As in {@link Counts}. */
  readonly #numbers: Float64Array;
  /** The bound below each bucket, and its parts per unit. */
  readonly #lower: Float64Array;
  readonly #scale: Float64Array;

  /** @param bounds see {@link Counts.bounds} */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#numbers = new Float64Array(bounds.length * parts + 2);
    this.#lower = Float64Array.from(bounds, (_, at) => bounds[at - 1] ?? 0);
    this.#scale = this.#lower.map((lower, at) => parts / ((bounds[at] as number) - lower));
  }

  record(value: number): void {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    let at = low * parts;
    if (low < bounds.length) {
      const lower = this.#lower[low] as number;
      at += Math.min(parts - 1, Math.trunc((value - lower) * (this.#scale[low] as number)));
    }
    const numbers = this.#numbers;
    numbers[at] = (numbers[at] as number) + 1;
    const sum = numbers.length - 1;
    numbers[sum] = (numbers[sum] as number) + value;
  }

  /** The counts of now. */
  read(): Counts {
    return new Counts(this.#bounds, this.#numbers.slice());
  }
}

/** From 1 µs to 100 s, in steps of the series E6. A quantile in between is at most 4 % off. */
export const durationBoundsUs: readonly number[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((decade) =>
    [1, 1.5, 2.2, 3.3, 4.7, 6.8].map((step) => Number(`${step}e${decade}`)),
  ),
  100_000_000,
];

/** Powers of two, for how many of something there are at once. */
export const countBounds: readonly number[] = Array.from({ length: 11 }, (_, power) => 2 ** power);
