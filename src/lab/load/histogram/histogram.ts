/**
 * HdrHistogram (Gil Tene, http://hdrhistogram.org): counts of whole microseconds from 0 to 24
 * hours, in buckets no wider than a thousandth of their value, as in wrk2. Recording never
 * allocates.
 *
 * All state is one array of numbers. It may be shared memory, read while nobody writes it.
 */

/** Counters of half a bucket. With 1024, values up to 2047 are exact and others within 1/1024. */
const half = 1024;
const halfBits = 10;
/** Buckets, and counters in one of them, in HdrHistogram's words. 2^37 µs cover a day. */
export const bucketCount = 37 - halfBits;
export const subBucketCount = 2 * half;
export const counters = (bucketCount + 1) * half;
/** Larger values count as this. */
export const highestTrackableUs = 24 * 3600 * 1e6;

const total = counters;
const minimum = counters + 1;
const maximum = counters + 2;
/** Length of the array that a histogram lies in: the counters, and the three numbers above. */
export const histogramLength = counters + 3;

export class Histogram {
  readonly #numbers: Float64Array<ArrayBufferLike>;

  /** @param numbers of {@link histogramLength}: all zero, or another histogram's */
  constructor(numbers: Float64Array<ArrayBufferLike> = new Float64Array(histogramLength)) {
    this.#numbers = numbers;
  }

  /** Counts a duration. Fractions of a µs are cut off; a negative one counts as 0. */
  record(us: number, times = 1): void {
    if (times === 0) return; // or it would become the minimum or maximum of nothing
    const numbers = this.#numbers;
    const value = us < 0 ? 0 : us > highestTrackableUs ? highestTrackableUs : Math.floor(us);
    const index = indexOf(value);
    numbers[index] = (numbers[index] as number) + times;
    if (numbers[total] === 0 || value < (numbers[minimum] as number)) numbers[minimum] = value;
    if (value > (numbers[maximum] as number)) numbers[maximum] = value;
    numbers[total] = (numbers[total] as number) + times;
  }

  add(other: Histogram): void {
    if (other.count === 0) return;
    const [from, to] = [other.#numbers, this.#numbers];
    for (let index = indexOf(other.min); index <= indexOf(other.max); index++)
      to[index] = (to[index] as number) + (from[index] as number);
    if (this.count === 0 || other.min < this.min) to[minimum] = other.min;
    if (other.max > this.max) to[maximum] = other.max;
    to[total] = this.count + other.count;
  }

  reset(): void {
    this.#numbers.fill(0);
  }

  get count(): number {
    return this.#numbers[total] as number;
  }

  /** The smallest value recorded, exactly; 0 if there is none. */
  get min(): number {
    return this.#numbers[minimum] as number;
  }

  /** The largest value recorded, exactly; 0 if there is none. */
  get max(): number {
    return this.#numbers[maximum] as number;
  }

  /** Mean, each value taken as the middle of its bucket. */
  get mean(): number {
    let sum = 0;
    for (const { middle, count } of this.buckets()) sum += middle * count;
    return this.count === 0 ? 0 : sum / this.count;
  }

  /** Standard deviation of all that was recorded (not of a sample of it). */
  get stdDeviation(): number {
    const { mean } = this;
    let sum = 0;
    for (const { middle, count } of this.buckets()) sum += (middle - mean) ** 2 * count;
    return this.count === 0 ? 0 : Math.sqrt(sum / this.count);
  }

  /**
   * The value that at least this percentage (0 … 100) of the values does not exceed, by nearest
   * rank: the upper end of its bucket, at most {@link max}. 0 if nothing was recorded.
   */
  valueAtPercentile(percentile: number): number {
    // The factor undoes rounding errors, so that 99.9 % of 1000 is the 999th.
    const exact = (Math.min(percentile, 100) / 100) * this.count;
    const rank = Math.max(1, Math.ceil(exact * (1 - 1e-15)));
    let seen = 0;
    for (const { highest, count } of this.buckets()) {
      seen += count;
      if (seen >= rank) return Math.min(highest, this.max);
    }
    return 0;
  }

  /** The buckets that hold something, ascending. All values of one bucket count as equal. */
  *buckets(): Generator<Bucket> {
    if (this.count === 0) return;
    for (let index = indexOf(this.min); index <= indexOf(this.max); index++) {
      const count = this.#numbers[index] as number;
      if (count > 0) yield bucketAt(index, count);
    }
  }

  /** The raw counters from value 0 up to the last that is not zero. */
  get counts(): Float64Array<ArrayBufferLike> {
    return this.#numbers.subarray(0, this.count === 0 ? 0 : indexOf(this.max) + 1);
  }
}

export interface Bucket {
  /** Smallest and largest value that count here, and the value half-way, in µs. */
  readonly lowest: number;
  readonly highest: number;
  readonly middle: number;
  readonly count: number;
}

export function bucketAt(index: number, count: number): Bucket {
  const bucket = Math.max(0, Math.floor(index / half) - 1);
  const width = 2 ** bucket;
  const lowest = (index - bucket * half) * width;
  return { lowest, highest: lowest + width - 1, middle: lowest + Math.floor(width / 2), count };
}

/** A value's counter; values of 2^k … 2^(k+1) share 1024 counters from k = 11 on. */
function indexOf(value: number): number {
  if (value < 2 * half) return value;
  const bits = value < 2 ** 31 ? 32 - Math.clz32(value) : 63 - Math.clz32(value / 2 ** 31);
  const bucket = bits - halfBits - 1;
  return bucket * half + Math.floor(value / 2 ** bucket);
}
