/** Bars side by side in groups: what each peer reached. */
import { linear, tickText } from '#dist/lab/svg/axis.js';
import { headingHeight, margin, sheet, styleOf } from '#dist/lab/svg/chart.js';
import { element, faint, label } from '#dist/lab/svg/svg.js';
import { median } from '../support/rounds.js';
import { thousands } from './words.js';

export interface BarGroup {
  readonly name: string;
  readonly bars: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const left = 130;
const barHeight = 14;
const rowHeight = 20;
const groupGap = 40;
const widthPx = 900;

export function barPlot(title: string, subtitle: string, groups: readonly BarGroup[]): string {
  const right = widthPx - margin - 70;
  const highest = Math.max(...groups.flatMap(({ bars }) => bars.flatMap(({ values }) => values)));
  const x = linear(highest, left, right);
  const content: string[] = [];
  let y = headingHeight + 8;
  for (const { name, bars } of groups) {
    content.push(label(left, y + 12, name, { class: 'b' }));
    const top = y + 20;
    const bottom = top + rowHeight * bars.length;
    for (const tick of x.ticks)
      content.push(
        element('line', { x1: x.at(tick), x2: x.at(tick), y1: top, y2: bottom, class: 'g' }),
      );
    for (const [index, bar] of bars.entries())
      content.push(drawn(bar, top + index * rowHeight, x.at));
    y = top + rowHeight * bars.length + groupGap - 20;
  }
  for (const tick of x.ticks)
    content.push(label(x.at(tick), y + 4, tickText(tick), { class: 'm' }));
  return sheet({ title, subtitle, widthPx, heightPx: y + margin }, content);
}

function drawn(
  { name, values }: BarGroup['bars'][number],
  y: number,
  at: (value: number) => number,
): string {
  const value = median(values);
  const middle = y + barHeight / 2;
  const most = at(Math.max(...values));
  const fill = name === 'evenkeel' ? styleOf(0).colour : '#9aa4af';
  return [
    label(left - 8, y + 12, name, { class: 'e' }),
    element('rect', { x: left, y, width: at(value) - left, height: barHeight, fill }),
    element('line', {
      x1: at(Math.min(...values)),
      x2: most,
      y1: middle,
      y2: middle,
      stroke: faint,
    }),
    label(most + 8, y + 12, thousands(value)),
  ].join('');
}
