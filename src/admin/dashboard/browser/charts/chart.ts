/** A chart as data, and its figures of some seconds. Plot and table are made of the same. */
import type { Interval } from '../../../stats/interval.js';
import type { Quantiles } from '../../../stats/quantiles.js';
import { roundFigure } from '../format.js';

interface ChartLine {
  readonly label: string;
  /** null: that second has none. */
  of(second: Interval): number | null | undefined;
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  /** Latencies span powers of ten. All else is seen best from zero. */
  readonly isLogarithmic?: boolean;
  /** It is left out if the store does not have this part. */
  readonly needs?: 'commits' | 'files';
  readonly lines: readonly ChartLine[];
}

/** For each line and second a figure, as it is shown. */
export interface ChartData {
  readonly timesMs: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** The least that the server tells apart, in ms: zero has no place on a logarithmic axis. */
const minMs = 0.001;

export function dataOf(chart: Chart, seconds: readonly Interval[]): ChartData {
  const shown = (value: number | null | undefined) => {
    if (value === null || value === undefined) return null;
    return roundFigure(chart.isLogarithmic ? Math.max(minMs, value) : value);
  };
  return {
    timesMs: seconds.map(({ toMs }) => toMs),
    values: chart.lines.map((line) => seconds.map((second) => shown(line.of(second)))),
  };
}

export function perSecond(count: number | undefined, { fromMs, toMs }: Interval): number | null {
  return count === undefined ? null : (1000 * count) / Math.max(1, toMs - fromMs);
}

const quantileLabels = { p50: 'p50', p99: 'p99', p999: 'p99.9', max: 'max' } as const;
type Shown = keyof typeof quantileLabels;

export function quantileLines(
  of: (second: Interval) => Quantiles | null | undefined,
  names: readonly Shown[] = ['p50', 'p99', 'p999', 'max'],
): ChartLine[] {
  return names.map((name) => ({
    label: quantileLabels[name],
    of: (second) => of(second)?.[name],
  }));
}
