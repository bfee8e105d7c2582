/** The pictures: bars in groups for the peaks, lines in panels over a common axis for the rest. */
import { linear, logarithmic, scaleFor, tickText } from '#dist/lab/svg/axis.js';
import {
  headingHeight,
  legend,
  line,
  margin,
  sheet,
  styleOf,
  valueGrid,
} from '#dist/lab/svg/chart.js';
import { element, faint, label } from '#dist/lab/svg/svg.js';
import { median } from '../support/rounds.js';
import { thousands } from './numbers.js';

const widthPx = 900;

interface Heading {
  readonly title: string;
  readonly subtitle: string;
}

interface Bars {
  readonly name: string;
  readonly bars: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** The median of each bar's values. A thin line goes from the min to the max. */
export function barPlot(heading: Heading, groups: readonly Bars[]): string {
  const [left, right] = [130, widthPx - margin - 70];
  const [barHeight, rowHeight, groupGap] = [14, 20, 20];
  const all = groups.flatMap(({ bars }) => bars.flatMap(({ values }) => values));
  const x = linear(Math.max(...all), left, right);
  const content: string[] = [];
  const rule = (x1: number, x2: number, y1: number, y2: number, look: object) =>
    element('line', { x1, x2, y1, y2, ...look });
  let y = headingHeight + 8;
  for (const { name, bars } of groups) {
    content.push(label(left, y + 12, name, { class: 'b' }));
    y += 20;
    const bottom = y + rowHeight * bars.length;
    for (const tick of x.ticks)
      content.push(rule(x.at(tick), x.at(tick), y, bottom, { class: 'g' }));
    for (const { name, values } of bars) {
      const [value, max] = [median(values), x.at(Math.max(...values))];
      const fill = name === 'evenkeel' ? styleOf(0).colour : '#9aa4af';
      const box = { x: left, y, width: x.at(value) - left, height: barHeight, fill };
      const middle = y + barHeight / 2;
      const thin = rule(x.at(Math.min(...values)), max, middle, middle, { stroke: faint });
      const [before, after] = [label(left - 8, y + 12, name, { class: 'e' }), thousands(value)];
      content.push(before + element('rect', box) + thin + label(max + 8, y + 12, after));
      y += rowHeight;
    }
    y += groupGap;
  }
  for (const tick of x.ticks)
    content.push(label(x.at(tick), y + 4, tickText(tick), { class: 'm' }));
  return sheet({ ...heading, widthPx, heightPx: y + margin }, content);
}

type Points = readonly (readonly [number, number])[];

interface Panel {
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly points: Points }[];
}

/** @param heading with what the common axis counts */
export function linePlot(
  { over, isLogarithmic, ...heading }: Heading & { over: string; isLogarithmic?: boolean },
  panels: readonly Panel[],
): string {
  const [left, right] = [90, widthPx - margin - 40];
  const [plotHeight, panelGap] = [170, 64];
  const all = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([x]) => x)));
  const max = Math.max(...all);
  const x = isLogarithmic
    ? logarithmic(Math.min(...all), max, left + 20, right)
    : scaleFor(all, left + 20, right);
  const ticks = x.ticks.filter((tick) => tick <= max * 1.001);
  const content: string[] = [];
  let top = headingHeight + 40;
  for (const { unit, lines } of panels) {
    const bottom = top + plotHeight;
    const values = lines.flatMap(({ points }) => points.map(([, y]) => y));
    const y = scaleFor(values, bottom, top);
    const styles = lines.map(({ name }, index) => ({ name, style: styleOf(index) }));
    content.push(legend(styles, left, top - 24), valueGrid(y, left, right, unit));
    for (const [index, { points }] of lines.entries()) {
      const path = points.map(([at, value]) => ({ x: x.at(at), y: y.at(value) }));
      content.push(line(path, styleOf(index)));
    }
    for (const tick of ticks)
      content.push(label(x.at(tick), bottom + 18, tickText(tick), { class: 'm' }));
    top = bottom + panelGap;
  }
  const foot = top - panelGap + 36;
  content.push(label((left + right) / 2, foot, over, { class: 'm' }));
  return sheet({ ...heading, widthPx, heightPx: foot + margin }, content);
}
