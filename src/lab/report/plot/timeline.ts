/**
 * A run second by second: the rate above, p50, p99 and max below, with a band down to the bounds of
 * p99. Runs stand side by side on the same axes, so PUT and GET compare at a glance.
 */
import type { Second } from '../../load/result/result.js';
import { linear, type Scale, scaleFor, tickText } from '../../svg/axis.js';
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
import { label } from '../../svg/svg.js';

interface Series {
  readonly name: string;
  readonly seconds: readonly Omit<Second, 'seconds' | 'errors'>[];
}

const lines = [
  { name: 'requests/s', of: undefined, style: styleOf(3) },
  { name: 'p50', of: 'p50Us', style: styleOf(0) },
  { name: 'p99', of: 'p99Us', style: styleOf(1) },
  { name: 'max', of: 'maxUs', style: styleOf(2) },
] as const;

const axisWidth = 64;
const rateHeight = 90;
const latencyHeight = 190;

/** @returns an SVG document, the same for equal input */
export function renderTimeline(series: readonly Series[], heading: Heading): string {
  const rateTop = headingHeight + 62;
  const latencyTop = rateTop + rateHeight + 46;
  const bottom = latencyTop + latencyHeight;
  const seconds = series.flatMap((one) => one.seconds);
  const most = highest(seconds.map(({ completed }) => completed));
  const rate = linear(most, rateTop + rateHeight, rateTop);
  const answered = seconds.filter(({ completed }) => completed > 0);
  const latencies = answered.flatMap((s) =>
    [s.p50Us, s.p99LowerUs ?? s.p99Us, s.p99Us, s.maxUs].map(toMs),
  );
  const latency = scaleFor(latencies, bottom, latencyTop);
  const column = (widthPx - margin) / Math.max(1, series.length);
  return sheet({ ...heading, widthPx, heightPx: bottom + 50 }, [
    legend(lines, margin, headingHeight + 8),
    ...series.map((one, index) => {
      const left = index * column + axisWidth + margin;
      return panel(one, { left, right: (index + 1) * column - margin / 2, rate, latency, bottom });
    }),
  ]);
}

interface Place {
  readonly left: number;
  readonly right: number;
  readonly rate: Scale;
  readonly latency: Scale;
  readonly bottom: number;
}

function panel({ name, seconds }: Series, { left, right, rate, latency, bottom }: Place): string {
  const ends = Math.max(1, highest(seconds.map(({ second }) => second)));
  const time = linear(ends, left, right);
  const x = (second: number) => left + ((right - left) * second) / ends;
  // Nothing completed: no latency is known, and 0 would be the best of all.
  const pointAt = ({ second, completed }: Series['seconds'][number], us: number) =>
    completed === 0 ? undefined : { x: x(second), y: latency.at(toMs(us)) };
  return [
    label(left, rate.at(0) - rateHeight - 18, name, { class: 'b' }),
    valueGrid(rate, left, right, '/s'),
    valueGrid(latency, left, right, 'ms'),
    ...time.ticks
      .filter((tick) => tick <= ends)
      .map((tick) => label(x(tick), bottom + 20, `${tickText(tick)} s`, { class: 'm' })),
    band(
      seconds.map((s) => pointAt(s, s.p99Us)),
      seconds.map((s) => pointAt(s, s.p99LowerUs ?? s.p99Us)),
      styleOf(1),
    ),
    ...lines.map(({ of, style }) =>
      line(
        seconds.map((s) => {
          if (of === undefined) return { x: x(s.second), y: rate.at(s.completed) };
          return pointAt(s, s[of]);
        }),
        style,
      ),
    ),
  ].join('\n');
}

function toMs(us: number): number {
  return us / 1000;
}

function highest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0) || 1;
}
