/**
 * The report of a run, line for line as wrk2 prints it, for people and scripts that know wrk2's,
 * and below that our own lines. Without a response, figures are zeros. Every text ends with a
 * newline.
 */
import type { Histogram } from '../histogram/histogram.js';
import type { LoadOptions } from '../load-options.js';
import { printable } from '../printable.js';
import { boundedLatency, formatBounded } from '../result/bounds.js';
import { formatConnections } from '../result/connections-text.js';
import { achievedRate, perSecond } from '../result/rate.js';
import type { Calibration, LoadResult } from '../result/result.js';
import { formatPercentileTable } from './hgrm.js';
import { fixed, fixedIn } from './printf.js';
import { withoutSecrets } from './secrets.js';
import { formatSlow } from './slow-text.js';
import { formatStages } from './stages-text.js';
import {
  formatBinary,
  formatDuration,
  formatMetric,
  formatTimeUs,
  inColumn,
} from './wrk2-units.js';

export interface ReportOptions {
  /** Prints the percentiles of the latency. */
  readonly latency: boolean;
  /** Prints those of the service times below, and the latency's even if not asked for. */
  readonly uncorrected: boolean;
}

const percentiles = [50, 75, 90, 99, 99.9, 99.99, 99.999, 100];
const rule = '-'.repeat(58);

export function formatHeader(options: LoadOptions): string {
  const { url, threads, durationMs } = options;
  return `Running ${formatDuration(durationMs)} test @ ${printable(withoutSecrets(url))}
  ${threads} threads and ${formatConnections(options)}
`;
}

/** Printed once for each thread. */
export function formatCalibration({ calibrationMeanUs, samplingMs }: Calibration): string {
  const mean = fixed(calibrationMeanUs / 1000, 3);
  return `  Thread calibration: mean lat.: ${mean}ms, rate sampling interval: ${samplingMs}ms\n`;
}

export function formatReport(result: LoadResult, { latency, uncorrected }: ReportOptions): string {
  const lines = [
    '  Thread Stats   Avg      Stdev     Max   +/- Stdev',
    statistics('Latency', result.latency, formatTimeUs),
    statistics('Req/Sec', result.requestRates, formatMetric),
  ];
  if (latency || uncorrected) lines.push(...spectrum('Recorded Latency', result.latency));
  const title = 'Uncorrected Latency (measured without taking delayed starts into account)';
  if (uncorrected) lines.push('', ...spectrum(title, result.service));
  lines.push(...totals(result), ...additions(result));
  return `${lines.join('\n')}\n`;
}

function statistics(name: string, histogram: Histogram, format: (value: number) => string): string {
  const { mean, stdDeviation, max } = histogram;
  const columns = [
    inColumn(format(mean), 8),
    inColumn(format(stdDeviation), 10),
    inColumn(format(max), 9),
    `${fixedIn(8, 100 * shareWithin(histogram, mean, stdDeviation), 2)}%`,
  ];
  return `    ${name.padEnd(10)}${columns.join('')}`;
}

/** The share of the values in buckets that reach into mean ± distance. */
function shareWithin(histogram: Histogram, mean: number, distance: number): number {
  let within = 0;
  for (const { lowest, highest, count } of histogram.buckets())
    if (highest >= mean - distance && lowest <= mean + distance) within += count;
  return histogram.count === 0 ? 0 : within / histogram.count;
}

function spectrum(title: string, histogram: Histogram): string[] {
  const rows = percentiles.map((percentile) => {
    const value = formatTimeUs(histogram.valueAtPercentile(percentile));
    return `${fixedIn(7, percentile, 3)}%${inColumn(value, 10)}`;
  });
  return [
    `  Latency Distribution (HdrHistogram - ${title})`,
    ...rows,
    '',
    '  Detailed Percentile spectrum:',
    `${formatPercentileTable(histogram)}${rule}`,
  ];
}

function totals(result: LoadResult): string[] {
  const { completed, bytesRead, elapsedUs, errors, options } = result;
  const { connect, read, write, timeout, status } = errors;
  const lines = [
    `  ${completed} requests in ${formatTimeUs(elapsedUs)}, ${formatBinary(bytesRead)}B read`,
  ];
  if (connect + read + write + timeout > 0)
    lines.push(
      `  Socket errors: connect ${connect}, read ${read}, write ${write}, timeout ${timeout}`,
    );
  const kind = options.expect ? 'Unexpected' : 'Non-2xx or 3xx';
  if (status > 0) lines.push(`  ${kind} responses: ${status}`);
  return [
    ...lines,
    `Requests/sec: ${fixedIn(9, achievedRate(result), 2)}`,
    `Transfer/sec: ${formatBinary(perSecond(bytesRead, result)).padStart(10)}B`,
  ];
}

/** The lines that wrk2 does not have. */
function additions(result: LoadResult): string[] {
  const { unanswered, causes } = result;
  const { inFlight, unsent } = unanswered;
  const lines: string[] = [];
  if (inFlight + unsent > 0)
    lines.push(
      `  Unanswered at the end: ${inFlight} in flight, ${unsent} due but unsent ` +
        '(in the percentiles as at least that late)',
    );
  const bounded = [50, 99, 99.9, 100].map((percentile) => {
    const name = percentile === 100 ? 'max' : `p${percentile}`;
    return `    ${name.padEnd(6)}${formatBounded(boundedLatency(result, percentile))}`;
  });
  lines.push(
    "  Latency (without – with the generator's own lag)",
    ...bounded,
    '  Latency, split       p50       p99     p99.9       max',
    part('Wait', result.wait, 'the connection was busy with earlier requests'),
    part('Lag', result.lag, 'the generator itself was late'),
    part('Service', result.service, 'from sent to answered'),
  );
  if (result.stages) lines.push(...formatStages(result.stages));
  if (result.slow) lines.push(...formatSlow(result.slow));
  if (causes.length > 0)
    lines.push(
      '  Failures:',
      ...causes.map(([text, count]) => `${String(count).padStart(10)}  ${printable(text)}`),
    );
  return lines;
}

function part(name: string, histogram: Histogram, meaning: string): string {
  const values = [50, 99, 99.9, 100].map((percentile) => histogram.valueAtPercentile(percentile));
  const columns = values.map((value) => inColumn(formatTimeUs(value), 10)).join('');
  return `    ${name.padEnd(12)}${columns}  ${meaning}`;
}
