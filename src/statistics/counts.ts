/** The counts of a histogram at one moment, or those between two moments. */

/** Each bucket is counted in so many equal parts, which quantiles are made of. */
export const parts = 16;

export class Counts {
  /** The largest value of each bucket, rising. Larger values are in one bucket more. */
  readonly bounds: readonly number[];
  /** The counts of the parts, that of values above all bounds, and the sum of the values. */
  readonly numbers: Float64Array;

  constructor(bounds: readonly number[], numbers: Float64Array) {
    this.bounds = bounds;
    this.numbers = numbers;
  }

  get count(): number {
    let count = 0;
    for (let at = 0; at < this.numbers.length - 1; at++) count += this.numbers[at] as number;
    return count;
  }

  get sum(): number {
    return this.numbers[this.numbers.length - 1] as number;
  }

  /** The counts since an earlier reading of the same histogram. */
  since(before: Counts | undefined): Counts {
    if (before === undefined) return this;
    const numbers = this.numbers.map((number, at) => number - (before.numbers[at] as number));
    return new Counts(this.bounds, numbers);
  }

  /** For each bound how many values were not above it, and at the end how many there were. */
  cumulative(): number[] {
    let total = 0;
    const totals = this.bounds.map((_, bucket) => {
      for (let part = 0; part < parts; part++)
        total += this.numbers[bucket * parts + part] as number;
      return total;
    });
    return [...totals, total + (this.numbers[this.bounds.length * parts] as number)];
  }

  /**
   * The value of this rank, as if those of a part lay in it at equal distances. Undefined if there
   * is none. The last bound stands for all values above it.
   * @param share from 0 to 1: 0.99 for the 99th percentile
   */
  quantile(share: number): number | undefined {
    const { count, bounds } = this;
    if (count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * count));
    let before = 0;
    for (let at = 0; at < bounds.length * parts; at++) {
      const inPart = this.numbers[at] as number;
      if (before + inPart >= rank) {
        const bucket = Math.floor(at / parts);
        const lower = bucket === 0 ? 0 : (bounds[bucket - 1] as number);
        const width = ((bounds[bucket] as number) - lower) / parts;
        return lower + width * ((at % parts) + (rank - before - 0.5) / inPart);
      }
      before += inPart;
    }
    return bounds.at(-1);
  }
}
