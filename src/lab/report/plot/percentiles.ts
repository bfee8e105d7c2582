/**
 * Latency by percentile, as HdrHistogram's plotter draws it: every step to the right has a tenth of
 * the requests left, so the tail has as much room as the rest. A band reaches from each line down
 * to its lower bounds. Below the axis stand the values themselves.
 */
import type { Distribution } from '../../load/result/load-record.js';
import { scaleFor, tickText } from '../../svg/axis.js';
import {
  band,
  type Heading,
  headingHeight,
  legend,
  line,
  margin,
  sheet,
  styleOf,
  valueGrid,
  reportWidthPx as widthPx,
} from '../../svg/chart.js';
import { element, label } from '../../svg/svg.js';

interface Series {
  readonly name: string;
  readonly percentiles: Distribution['percentiles'];
}

const ticks = [50, 90, 99, 99.9, 99.99, 99.999];
const left = 76;
const plotHeight = 260;
/** The column of the maximum begins this far behind the last tick. */
const maxGap = 60;

/** @returns an SVG document, the same for equal input */
export function renderPercentilePlot(series: readonly Series[], heading: Heading): string {
  const lines = series.map(({ name, percentiles }, index) => ({
    name,
    style: styleOf(index),
    points: percentiles,
    // The value of the first point that reaches the percentile.
    at: (tick: number) => percentiles.find((point) => point.percentile >= tick - 1e-9)?.valueUs,
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
    lines.flatMap(({ points }) => points.flatMap((point) => boundsOf(point).map(toMs))),
    bottom,
    top,
  );
  const columns = [...ticks, 100];
  return sheet({ ...heading, widthPx, heightPx: bottom + 44 + 20 * lines.length }, [
    legend(lines, left, headingHeight + 12),
    valueGrid(y, left, right, 'ms'),
    ...columns.map((tick) => {
      const rule = element('line', { x1: x(tick), x2: x(tick), y1: top, y2: bottom, class: 'g' });
      const text = tick === 100 ? 'max' : `${tickText(tick)} %`;
      return rule + label(x(tick), bottom + 20, text, { class: 'm' });
    }),
    ...lines.map(({ points, style }) => {
      const [above, below] = [0, 1].map((bound) =>
        points.map((point) => ({
          x: x(point.percentile),
          y: y.at(toMs(boundsOf(point)[bound] as number)),
        })),
      ) as [{ x: number; y: number }[], { x: number; y: number }[]];
      return band(above, below, style) + line(above, style);
    }),
    ...lines.map(({ name, at, style }, index) => {
      const row = bottom + 42 + 20 * index;
      const values = columns.flatMap((tick) => {
        const valueUs = at(tick);
        return valueUs === undefined ? [] : { cx: x(tick), valueUs };
      });
      return [
        label(left - 8, row, name, { class: 'e' }),
        ...values.map(({ cx, valueUs }) => label(cx, row, milliseconds(valueUs), { class: 'n' })),
        ...values.map(({ cx, valueUs }) =>
          element('circle', { cx, cy: y.at(toMs(valueUs)), r: 3.5, fill: style.colour }),
        ),
      ].join('');
    }),
  ]);
}

/** log10 of 1/(1-p): 1 at 90 %, 2 at 99 %. */
function nines(percentile: number): number {
  return Math.log10(100 / (100 - percentile));
}

/** As measured, and without the generator's own lag if that is known. */
function boundsOf({ valueUs, lowerUs = valueUs }: Series['percentiles'][number]) {
  return [valueUs, lowerUs] as const;
}

function toMs(us: number): number {
  return us / 1000;
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(us < 100_000 ? 2 : 0);
}
