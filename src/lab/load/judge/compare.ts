/**
 * Two runs side by side, and whether the second is worse. A difference counts when it is larger than the tolerance, larger than what the histogram can
 * tell apart, and larger than a floor in ms: 20 % of 0.1 ms is a scheduler's mood. A percentile that fewer than ten samples lie above is chance,
 * and so is the maximum; both are shown and never judged.
 */

import type { LoadRecord } from '../result/load-record.js';
import { achievedRate, failedShare } from '../result/rate.js';
import { type Row, row } from './change.js';
import type { ComparableRun, ComparableTimes } from './comparable.js';

export type { Row };

export interface CompareOptions {
  /** Share by which a figure may be worse, 0.1 is 10 %. */
  readonly tolerance: number;
  /** Times that differ by no more are the same. */
  readonly floorUs: number;
}

export interface Comparison {
  readonly rows: readonly Row[];
  /** Whole sentences: what makes the runs hard to compare. */
  readonly warnings: readonly string[];
  readonly regressed: boolean;
}

/** Samples above a percentile from which on it is judged. */
const fewestAbove = 10;
/** Relative width of a histogram's buckets. */
const resolution = 1 / 1024;
/** Differences in the share of failures, in %, that count. */
const errorFloor = 0.01;

export function compare(
  before: ComparableRun,
  after: ComparableRun,
  options: CompareOptions,
): Comparison {
  const { tolerance } = options;
  const judged = before.options.ratePerSecond === after.options.ratePerSecond;
  const rows = [
    ...times('latency', before.latency, after.latency, options),
    ...times('service', before.service, after.service, options),
    row(
      { figure: 'rate', unit: '/s', before: achievedRate(before), after: achievedRate(after) },
      { judged, tolerance, floor: 0, moreIsBetter: true },
    ),
    row(
      { figure: 'errors', unit: '%', before: errorsOf(before), after: errorsOf(after) },
      { judged: true, tolerance, floor: errorFloor },
    ),
  ];
  return {
    rows,
    warnings: warnings(before, after),
    regressed: rows.some(({ judgement }) => judgement === 'worse'),
  };
}

function times(
  what: string,
  before: ComparableTimes,
  after: ComparableTimes,
  options: CompareOptions,
): Row[] {
  const fewest = Math.min(before.count, after.count);
  const timeRow = (name: string, from: number, to: number, judged: boolean) => {
    const floor = Math.max(options.floorUs, from * resolution, 1);
    const figures = { figure: `${what} ${name}`, unit: 'µs', before: from, after: to } as const;
    return row(figures, { judged, tolerance: options.tolerance, floor });
  };
  const percentiles = Object.keys(before.percentiles)
    .filter(
      (percentile) => Object.hasOwn(after.percentiles, percentile) && Number(percentile) < 100,
    )
    .sort((a, b) => Number(a) - Number(b))
    .map((percentile) => {
      // The addend takes back the rounding error of the product.
      const judged = fewest * (1 - Number(percentile) / 100) + 1e-6 >= fewestAbove;
      const [from = 0, to = 0] = [before.percentiles[percentile], after.percentiles[percentile]];
      return timeRow(`p${percentile}`, from, to, judged);
    });
  return [
    ...percentiles,
    timeRow('max', before.maxUs, after.maxUs, false),
    timeRow('mean', before.meanUs, after.meanUs, fewest >= fewestAbove),
  ];
}

/** In %. */
function errorsOf(run: ComparableRun): number {
  const { ratePerSecond: rate, timeoutMs } = run.options;
  return 100 * failedShare(run, { rate, timeoutMs });
}

const comparedOptions = [
  'url',
  'ratePerSecond',
  'connections',
  'threads',
  'durationMs',
  'warmupMs',
  'timeoutMs',
  'work',
] as const satisfies readonly (keyof LoadRecord['options'])[];

function warnings(before: ComparableRun, after: ComparableRun): string[] {
  const different = comparedOptions
    .map((name) => [
      name,
      JSON.stringify(before.options[name]),
      JSON.stringify(after.options[name]),
    ])
    .filter(([, from, to]) => from !== to)
    .map(([name, from, to]) => `The runs differ in ${name}: ${from} and ${to}.`);
  const notValid = [before, after].flatMap(({ verdict }, index) =>
    verdict.valid
      ? []
      : [`The ${index === 0 ? 'first' : 'second'} run is not valid: ${verdict.reasons.join(' ')}`],
  );
  return [...different, ...notValid];
}
