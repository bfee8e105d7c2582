/** What done() can ask of latency and requests. */
import type { Histogram } from '../statistics/histogram.js';

/** @param value of `percentile`: which; of `sample`: which one of the sorted samples, from 1 */
export function statisticOf(histogram: Histogram, what: unknown, value?: unknown): number | undefined {
  switch (what) {
    case 'min':
      return histogram.min;
    case 'max':
      return histogram.max;
    case 'mean':
      return histogram.mean;
    case 'stdev':
      return histogram.stdDeviation;
    case 'count':
      return histogram.count;
    case 'percentile':
      return histogram.valueAtPercentile(numberOf(value));
    case 'sample':
      return histogram.valueAtPercentile((100 * numberOf(value)) / histogram.count);
    default:
      return undefined;
  }
}

function numberOf(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new Error(`bad argument #1 to 'percentile' (number expected, got ${typeof value})`);
}
