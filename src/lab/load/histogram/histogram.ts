/**
 * HdrHistogram (Gil Tene, http://hdrhistogram.org): counts of whole microseconds from 0 to 24 hours in buckets no wider than a
 * thousandth of their value, which is wrk2's setting. Recording is a few integer operations and never allocates.
 *
 * All state lies in one array of numbers, which may be shared memory that another thread reads while nobody writes it.
 */

/** Counters a half-bucket: with 1024 of them, values up to 2047 are exact and others within 1/1024. */
const half = 1024;
const halfBits = 10;
/** Buckets and counters in one of them, as HdrHistogram's own reports name them. 2^37 µs are 38 hours, so they cover a day. */
export const bucketCount = 37 - halfBits;
export const subBucketCount = 2 * half;
export const counters = (bucketCount + 1) * half;
/** Largest value that can be told from its neighbours; larger ones count as this. */
export const highestTrackableUs = 24 * 3600 * 1e6;

const total = counters;
const least = counters + 1;
const greatest = counters + 2;
/** Numbers in the array that a histogram lies in: the counters, and the three that follow. */
export const histogramSlots = counters + 3;

export class Histogram {
  readonly #slots: Float64Array<ArrayBufferLike>;

  /** @param slots an array of {@link histogramSlots} numbers: all zero, or another histogram's */
  constructor(slots: Float64Array<ArrayBufferLike> = new Float64Array(histogramSlots)) {
    this.#slots = slots;
  }

  /** Counts a duration; fractions of a µs are cut off, negative ones count as 0. */
  record(us: number, times = 1): void {
    if (times === 0) return; // or it would become the least or greatest value of nothing
    const slots = this.#slots;
    const value = us < 0 ? 0 : us > highestTrackableUs ? highestTrackableUs : Math.floor(us);
    const index = indexOf(value);
    slots[index] = (slots[index] as number) + times;
    if (slots[total] === 0 || value < (slots[least] as number)) slots[least] = value;
    if (value > (slots[greatest] as number)) slots[greatest] = value;
    slots[total] = (slots[total] as number) + times;
  }

  add(other: Histogram): void {
    if (other.count === 0) return;
    const [from, to] = [other.#slots, this.#slots];
    for (let index = indexOf(other.min); index <= indexOf(other.max); index++)
      to[index] = (to[index] as number) + (from[index] as number);
    if (this.count === 0 || other.min < this.min) to[least] = other.min;
    if (other.max > this.max) to[greatest] = other.max;
    to[total] = this.count + other.count;
  }

  reset(): void {
    this.#slots.fill(0);
  }

  get count(): number {
    return this.#slots[total] as number;
  }

  /** The least value recorded, exactly; 0 if there is none. */
  get min(): number {
    return this.#slots[least] as number;
  }

  /** The greatest value recorded, exactly; 0 if there is none. */
  get max(): number {
    return this.#slots[greatest] as number;
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
   * The value that at least this percentage (0 … 100) of the values does not exceed, by nearest rank: the upper end of its
   * bucket, but no more than the greatest value recorded. 0 if nothing was recorded.
   */
  valueAtPercentile(percentile: number): number {
    // The factor takes back the rounding errors, which grow with the count, so that 99.9 % of 1000 is the 999th.
    const rank = Math.max(
      1,
      Math.ceil((Math.min(percentile, 100) / 100) * this.count * (1 - 1e-15)),
    );
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
      const count = this.#slots[index] as number;
      if (count > 0) yield bucketAt(index, count);
    }
  }

  /** The raw counters from value 0 up to the last that is not zero. */
  get counts(): Float64Array<ArrayBufferLike> {
    return this.#slots.subarray(0, this.count === 0 ? 0 : indexOf(this.max) + 1);
  }
}

export interface Bucket {
  /** Least and greatest value that count here, and the value half-way, in µs. */
  readonly lowest: number;
  readonly highest: number;
  readonly middle: number;
  readonly count: number;
}

/** The bucket of the counter at this position. */
export function bucketAt(index: number, count: number): Bucket {
  const bucket = Math.max(0, Math.floor(index / half) - 1);
  const width = 2 ** bucket;
  const lowest = (index - bucket * half) * width;
  return { lowest, highest: lowest + width - 1, middle: lowest + Math.floor(width / 2), count };
}

/** Position of a value's counter; values of 2^k … 2^(k+1) share 1024 counters from k = 11 on. */
function indexOf(value: number): number {
  if (value < 2 * half) return value;
  const bits = value < 2 ** 31 ? 32 - Math.clz32(value) : 63 - Math.clz32(value / 2 ** 31);
  const bucket = bits - halfBits - 1;
  return bucket * half + Math.floor(value / 2 ** bucket);
}
