/** Lines over a common axis, in panels one below another: growth over the number of entities, memory over time. */
import { logarithmic, type Scale, scaleFor, tickText } from '#dist/lab/svg/axis.js';
import {
  headingHeight,
  legend,
  line,
  margin,
  sheet,
  styleOf,
  valueGrid,
} from '#dist/lab/svg/chart.js';
import { label } from '#dist/lab/svg/svg.js';

export interface Panel {
  readonly unit: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

const left = 90;
const plotHeight = 170;
const panelGap = 64;
const widthPx = 900;

export interface Heading {
  readonly title: string;
  readonly subtitle: string;
  /** What the common axis counts. */
  readonly over: string;
  /** A tenfold takes the same way everywhere on that axis. */
  readonly tenfold?: boolean;
}

export function linePlot(
  { title, subtitle, over, tenfold = false }: Heading,
  panels: readonly Panel[],
): string {
  const right = widthPx - margin - 40;
  const all = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([x]) => x)));
  const x = scaleOver(all, right, tenfold);
  const content: string[] = [];
  let top = headingHeight + 40;
  for (const { unit, lines } of panels) {
    const bottom = top + plotHeight;
    const values = lines.flatMap(({ points }) => points.map(([, y]) => y));
    const y = scaleFor(values, bottom, top);
    const styles = lines.map(({ name }, index) => ({ name, style: styleOf(index) }));
    content.push(legend(styles, left, top - 24), valueGrid(y, left, right, unit));
    for (const [index, { points }] of lines.entries())
      content.push(
        line(
          points.map(([at, value]) => ({ x: x.at(at), y: y.at(value) })),
          styleOf(index),
        ),
      );
    for (const tick of x.ticks)
      content.push(label(x.at(tick), bottom + 18, tickText(tick), { class: 'm' }));
    top = bottom + panelGap;
  }
  const foot = top - panelGap + 36;
  content.push(label((left + right) / 2, foot, over, { class: 'm' }));
  return sheet({ title, subtitle, widthPx, heightPx: foot + margin }, content);
}

function scaleOver(values: readonly number[], right: number, tenfold: boolean): Scale {
  const from = left + 20;
  const most = Math.max(...values);
  const scale = tenfold
    ? logarithmic(Math.min(...values), most, from, right)
    : scaleFor(values, from, right);
  // Room to the right of the last value says nothing here.
  return { at: scale.at, ticks: scale.ticks.filter((tick) => tick <= most * 1.001) };
}
