/** Latency and request rates for done(). */
import type { Histogram } from '../histogram/histogram.js';
import type { Statistics } from './author.js';

export function statisticsOf(histogram: Histogram): Statistics {
  const { min, max, mean, stdDeviation: stdev, count } = histogram;
  return {
    min,
    max,
    mean,
    stdev,
    count,
    percentile: (percent) => histogram.valueAtPercentile(percent),
    at: (n) => histogram.valueAtPercentile((100 * n) / count),
  };
}
