/**
 * Latency by percentile, as HdrHistogram's plotter draws it: every step to the right has a tenth of
 * the requests left, so the tail has as much room as the rest. Below the axis stand the values
 * themselves.
 */
import { scaleFor, tickText } from '../../svg/axis.js';
import { headingHeight, legend, line, margin, sheet, styleOf, valueGrid } from '../../svg/chart.js';
import { element, label } from '../../svg/svg.js';

interface PercentilePoint {
  /** 0 to 100. */
  readonly percentile: number;
  readonly valueUs: number;
}

/** The part of a histogram that is drawn. */
interface Counted {
  readonly count: number;
  readonly max: number;
  valueAtPercentile(percentile: number): number;
  buckets(): Iterable<{ readonly highest: number; readonly count: number }>;
}

interface PercentileSeries {
  readonly name: string;
  readonly percentiles: readonly PercentilePoint[] | Counted;
}

export interface PlotOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** 1 200 if absent. */
  readonly widthPx?: number;
}

const ticks = [50, 90, 99, 99.9, 99.99, 99.999];
const left = 76;
const plotHeight = 260;
/** The column of the maximum begins this far behind the last tick. */
const maxGap = 60;

/** @returns an SVG document, the same for equal input */
export function renderPercentilePlot(
  series: readonly PercentileSeries[],
  { title, subtitle, widthPx = 1200 }: PlotOptions,
): string {
  const lines = series.map(({ name, percentiles }, index) => ({
    name,
    style: styleOf(index),
    points: 'buckets' in percentiles ? pointsOf(percentiles) : percentiles,
    // Written figures are the histogram's own, for points are fewer than its values.
    at: (tick: number) =>
      'buckets' in percentiles ? figureOf(percentiles, tick) : valueAt(percentiles, tick),
  }));
  const top = headingHeight + 44;
  const bottom = top + plotHeight;
  const right = widthPx - margin - 30;
  const end = right - maxGap;
  const x = (percentile: number) =>
    percentile >= 100
      ? right
      : Math.min(end, left + ((end - left) * nines(percentile)) / nines(99.999));
  const y = scaleFor(
    lines.flatMap(({ points }) => points.map(({ valueUs }) => valueUs / 1000)),
    bottom,
    top,
  );
  const columns = [...ticks, 100];
  return sheet({ title, subtitle, widthPx, heightPx: bottom + 44 + 20 * lines.length }, [
    legend(lines, left, headingHeight + 12),
    valueGrid(y, left, right, 'ms'),
    ...columns.map((tick) => {
      const rule = element('line', { x1: x(tick), x2: x(tick), y1: top, y2: bottom, class: 'g' });
      return (
        rule +
        label(x(tick), bottom + 20, tick === 100 ? 'max' : `${tickText(tick)} %`, { class: 'm' })
      );
    }),
    ...lines.map(({ points, style }) =>
      line(
        points.map(({ percentile, valueUs }) => ({ x: x(percentile), y: y.at(valueUs / 1000) })),
        style,
      ),
    ),
    ...lines.map(({ name, at, style }, index) => {
      const row = bottom + 42 + 20 * index;
      const values = columns.map(at);
      return [
        label(left - 8, row, name, { class: 'e' }),
        ...columns.map((tick, column) => {
          const value = values[column];
          return value === undefined
            ? ''
            : label(x(tick), row, milliseconds(value), { class: 'n' });
        }),
        ...columns.map((tick, column) => {
          const value = values[column];
          if (value === undefined) return '';
          return element('circle', {
            cx: x(tick),
            cy: y.at(value / 1000),
            r: 3.5,
            fill: style.colour,
          });
        }),
      ].join('');
    }),
  ]);
}

/** log10 of 1/(1-p): 1 at 90 %, 2 at 99 %. */
function nines(percentile: number): number {
  return Math.log10(100 / (100 - percentile));
}

/**
 * A point a bucket, at the percentile reached with it; buckets that would fall on the same pixel
 * are one.
 */
export function pointsOf(histogram: Counted): PercentilePoint[] {
  const points: PercentilePoint[] = [];
  let seen = 0;
  let drawn = 0;
  for (const { highest, count } of histogram.buckets()) {
    seen += count;
    const percentile = (100 * seen) / histogram.count;
    const valueUs = Math.min(highest, histogram.max);
    if (seen < histogram.count && nines(percentile) - drawn < 0.002) continue;
    points.push({ percentile, valueUs });
    drawn = nines(percentile);
  }
  return points;
}

function figureOf(histogram: Counted, percentile: number): number | undefined {
  return histogram.count === 0 ? undefined : histogram.valueAtPercentile(percentile);
}

/** Of the first point that reaches the percentile. */
function valueAt(points: readonly PercentilePoint[], percentile: number): number | undefined {
  return points.find((point) => point.percentile >= percentile - 1e-9)?.valueUs;
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(us < 100_000 ? 2 : 0);
}
