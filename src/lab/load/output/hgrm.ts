/**
 * The table of percentiles that HdrHistogram's plotter reads (a `.hgrm` file), in ms, as wrk2's
 * "Detailed Percentile spectrum". Steps halve with each halving of the distance to 100 %, so the
 * tail has as many rows as the rest. A row's count is that of all values up to its own.
 */
import { bucketCount, type Histogram, subBucketCount } from '../histogram/histogram.js';
import { fixedIn } from './printf.js';

const stepsPerHalving = 5;

const whole = (count: number) => String(count).padStart(12);

export function formatPercentileTable(histogram: Histogram): string {
  const { mean, stdDeviation, max, count } = histogram;
  const inMs = (us: number) => fixedIn(12, us / 1000, 3);
  return `       Value   Percentile   TotalCount 1/(1-Percentile)

${rows(histogram)}
#[Mean    = ${inMs(mean)}, StdDeviation   = ${inMs(stdDeviation)}]
#[Max     = ${inMs(max)}, Total count    = ${whole(count)}]
#[Buckets = ${whole(bucketCount)}, SubBuckets     = ${whole(subBucketCount)}]
`;
}

function rows(histogram: Histogram): string {
  const lines: string[] = [];
  let step = 0;
  let seen = 0;
  for (const { highest, count } of histogram.buckets()) {
    seen += count;
    const reached = (100 * seen) / histogram.count;
    while (step <= reached) {
      lines.push(row(Math.min(highest, histogram.max), step, seen));
      step += 100 / (stepsPerHalving * halvings(step));
      // The last bucket reaches every step there is: it has one row, and that of 100 %.
      if (seen === histogram.count) break;
    }
  }
  lines.push(row(histogram.max, 100, histogram.count));
  return lines.join('\n');
}

/** The least power of two above 100 / (100 − percentile). */
function halvings(percentile: number): number {
  let power = 2;
  while (power * (100 - percentile) <= 100) power *= 2;
  return power;
}

function row(valueUs: number, percentile: number, count: number): string {
  const share = percentile / 100;
  const inverse = share === 1 ? 'inf'.padStart(12) : fixedIn(12, 1 / (1 - share), 2);
  const cells = [fixedIn(12, valueUs / 1000, 3), fixedIn(12, share, 6), whole(count)];
  return `${cells.join(' ')} ${inverse}`;
}
