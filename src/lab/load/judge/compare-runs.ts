/**
 * Two runs side by side, and whether the second is worse. A change counts if it exceeds the
 * tolerance, what the histogram can tell apart, and a floor in ms: 20 % of 0.1 ms is a scheduler's
 * mood. The maximum is chance, and so is a percentile with fewer than ten samples above it. Both
 * are only shown.
 *
 * Latencies have bounds, with and without the generator's own lag. A figure is worse if it is so
 * wherever between its bounds the two runs were.
 */
import type { Distribution, LoadRecord } from '../result/load-record.js';
import { achievedRate, failedShare } from '../result/rate.js';

/** One figure of both runs. */
export interface Row {
  readonly figure: string;
  readonly unit: 'µs' | '/s' | '%';
  readonly before: number;
  readonly after: number;
  /** after − before, in the unit. */
  readonly change: number;
  /** change / before; undefined where before is 0. */
  readonly changeShare?: number;
  /** Not judged: a chance figure, or one of runs at different rates. */
  readonly judgement: 'same' | 'better' | 'worse' | "can't tell" | 'not judged';
}

interface CompareOptions {
  /** Share by which a figure may be worse; 0.1 is 10 %. */
  readonly tolerance: number;
  /** Times that differ by no more are the same. */
  readonly floorUs: number;
}

export interface Comparison {
  readonly rows: readonly Row[];
  /** Sentences: what makes the runs hard to compare. */
  readonly warnings: readonly string[];
  readonly regressed: boolean;
  /** Nothing is worse for certain, and something may be. */
  readonly undecided: boolean;
}

const minSamplesAbove = 10;
/** Relative width of a histogram's buckets. */
const resolution = 1 / 1024;
/** A share of failures may change by so much, in %. */
const errorFloor = 0.01;

export function compareRuns(
  before: LoadRecord,
  after: LoadRecord,
  options: CompareOptions,
): Comparison {
  const { tolerance } = options;
  const judged = before.options.ratePerSecond === after.options.ratePerSecond;
  const rows = [
    ...times('latency', boundsOf(before), boundsOf(after), options),
    ...times('service', { upper: before.service }, { upper: after.service }, options),
    row(
      { figure: 'rate', unit: '/s', before: rateOf(before), after: rateOf(after) },
      { judged, tolerance, floor: 0, moreIsBetter: true },
    ),
    row(
      { figure: 'errors', unit: '%', before: errorsOf(before), after: errorsOf(after) },
      { judged: true, tolerance, floor: errorFloor },
    ),
  ];
  const regressed = rows.some(({ judgement }) => judgement === 'worse');
  // A run without a single response has nothing that another one could fall behind.
  const nothing = before.requests.completed === 0;
  return {
    rows,
    warnings: warnings(before, after),
    regressed: regressed && !nothing,
    undecided: nothing || (!regressed && rows.some(({ judgement }) => judgement === "can't tell")),
  };
}

function times(
  part: string,
  before: Bounds,
  after: Bounds,
  { tolerance, floorUs }: CompareOptions,
): Row[] {
  const samples = Math.min(before.upper.count, after.upper.count);
  const timeRow = (name: string, judged: boolean, of: (bound: Distribution) => number) => {
    const [from, to] = [before, after].map(({ upper, lower = upper }) => ({
      measured: of(upper),
      least: Math.min(of(upper), of(lower)),
    })) as [Bounded, Bounded];
    const figures = { figure: `${part} ${name}`, unit: 'µs' } as const;
    const scale = (us: number) => ({
      ...{ judged, tolerance },
      floor: Math.max(floorUs, us * resolution, 1),
    });
    const between = (one: number, other: number) =>
      row({ ...figures, before: one, after: other }, scale(one));
    const measured = between(from.measured, to.measured);
    const extremes = [between(from.least, to.measured), between(from.measured, to.least)].map(
      ({ judgement }) => judgement,
    );
    return { ...measured, judgement: within(measured.judgement, extremes) };
  };
  const percentiles = before.upper.percentiles.flatMap(({ percentile }) => {
    if (percentile === 100 || !has(after.upper, percentile)) return [];
    // The addend takes back the rounding error of the product.
    const judged = samples * (1 - percentile / 100) + 1e-6 >= minSamplesAbove;
    return timeRow(`p${percentile}`, judged, (bound) => valueAt(bound, percentile));
  });
  return [
    ...percentiles,
    timeRow('max', false, ({ maxUs }) => maxUs),
    timeRow('mean', samples >= minSamplesAbove, ({ meanUs }) => meanUs),
  ];
}

interface Bounded {
  readonly measured: number;
  readonly least: number;
}

/** As measured, and without the generator's own lag if the record has that. */
interface Bounds {
  readonly upper: Distribution;
  readonly lower?: Distribution | undefined;
}

function boundsOf({ latency, latencyWithoutLag }: LoadRecord): Bounds {
  return { upper: latency, lower: latencyWithoutLag };
}

function has({ percentiles }: Distribution, wanted: number): boolean {
  return percentiles.some(({ percentile }) => percentile === wanted);
}

function valueAt({ percentiles }: Distribution, wanted: number): number {
  return percentiles.find(({ percentile }) => percentile === wanted)?.valueUs ?? Infinity;
}

/** It is worse, or better, only if it is so between all bounds. */
function within(measured: Row['judgement'], extremes: readonly Row['judgement'][]) {
  if (extremes.every((judgement) => judgement === measured)) return measured;
  return extremes.includes('worse') ? "can't tell" : 'same';
}

interface Scale {
  readonly judged: boolean;
  readonly tolerance: number;
  /** In the unit; a figure may change by as much whatever the tolerance. */
  readonly floor: number;
  readonly moreIsBetter?: true;
}

function row(figures: Pick<Row, 'figure' | 'unit' | 'before' | 'after'>, scale: Scale): Row {
  const { before, after } = figures;
  const change = after - before;
  return {
    ...figures,
    change,
    ...(before !== 0 && { changeShare: change / before }),
    judgement: judgementOf(change, before, scale),
  };
}

function judgementOf(change: number, before: number, scale: Scale): Row['judgement'] {
  if (!scale.judged) return 'not judged';
  if (Math.abs(change) <= Math.max(scale.floor, before * scale.tolerance)) return 'same';
  return change > 0 === (scale.moreIsBetter ?? false) ? 'better' : 'worse';
}

function rateOf({ requests, elapsedUs }: LoadRecord): number {
  return achievedRate({ completed: requests.completed, elapsedUs });
}

/** In %. */
function errorsOf({ requests, errors, unanswered, options }: LoadRecord): number {
  const { ratePerSecond: rate, timeoutMs } = options;
  const run = { completed: requests.completed, errors, unanswered };
  return 100 * failedShare(run, { rate, timeoutMs });
}

const comparedOptions = [
  'url',
  'ratePerSecond',
  'connections',
  'http2',
  'threads',
  'durationMs',
  'warmupMs',
  'timeoutMs',
  'work',
  'stages',
  'arrivals',
  'expect',
] as const satisfies readonly (keyof LoadRecord['options'])[];

function warnings(before: LoadRecord, after: LoadRecord): string[] {
  const different = comparedOptions.flatMap((name) => {
    const [from, to] = [before, after].map(({ options }) => JSON.stringify(options[name]));
    return from === to ? [] : [`The runs differ in ${name}: ${from} and ${to}.`];
  });
  const notValid = [before, after].flatMap(({ verdict }, index) =>
    verdict.valid
      ? []
      : [`The ${index === 0 ? 'first' : 'second'} run is not valid: ${verdict.reasons.join(' ')}`],
  );
  return [...different, ...notValid];
}
