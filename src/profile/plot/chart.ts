/** What the plots share: their paper, grid, lines and legend, and the colours of series. */
import type { Scale } from './axis.js';
import { tickText } from './axis.js';
import { element, faint, hairline, label, mono, picture, px, sans, sansWidth } from './svg.js';

/** Told apart with all the usual colour blindnesses, and 3:1 and more on white; dashes tell them apart in print. */
export const seriesStyles = [
  { colour: '#0b62c4', dashes: undefined },
  { colour: '#d1570a', dashes: '7 3' },
  { colour: '#7a3fa0', dashes: '2 3' },
  { colour: '#137a5b', dashes: '10 3 2 3' },
] as const;

export interface SeriesStyle {
  readonly colour: string;
  readonly dashes: string | undefined;
}

export function styleOf(index: number): SeriesStyle {
  return seriesStyles[index % seriesStyles.length] as SeriesStyle;
}

export const margin = 16;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through the points; `undefined` leaves a gap. */
export function line(points: readonly (Point | undefined)[], { colour, dashes }: SeriesStyle): string {
  let pen = 'M';
  let path = '';
  for (const point of points) {
    if (point !== undefined) path += `${pen}${px1(point.x)} ${px1(point.y)}`;
    pen = point === undefined ? 'M' : 'L';
  }
  return element('path', {
    d: path,
    fill: 'none',
    stroke: colour,
    'stroke-width': 2,
    'stroke-linejoin': 'round',
    'stroke-dasharray': dashes,
  });
}

/** Horizontal lines with their values at the left, and the unit above the first. */
export function valueGrid(scale: Scale, left: number, right: number, unit: string): string {
  const lines = scale.ticks.map((tick) => {
    const y = scale.at(tick);
    const rule = element('line', { x1: left, x2: right, y1: y, y2: y, class: 'g' });
    return rule + label(left - 8, y + 4, tickText(tick), { class: 'e' });
  });
  const top = Math.min(...scale.ticks.map(scale.at));
  return lines.join('') + label(left - 8, top - 12, unit, { class: 'e' });
}

/** Entries side by side, from `x` on. */
export function legend(
  entries: readonly { readonly name: string; readonly style: SeriesStyle }[],
  x: number,
  y: number,
): string {
  let left = x;
  return entries
    .map(({ name, style }) => {
      const sample = line(
        [
          { x: left, y: y - 4 },
          { x: left + 28, y: y - 4 },
        ],
        style,
      );
      const entry = sample + label(left + 34, y, name);
      left += 34 + sansWidth(name) + 22;
      return entry;
    })
    .join('');
}

const style = `text{fill:#1b1f24;font:13px ${sans}}.h{font-size:20px;font-weight:600}.s{fill:${faint}}
.g{stroke:${hairline}}.e{text-anchor:end;fill:${faint}}.m{text-anchor:middle;fill:${faint}}.n{font:12px ${mono};text-anchor:middle}`;

export interface Sheet {
  readonly title: string;
  readonly subtitle?: string | undefined;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where the first row below the heading begins. */
export const headingHeight = 76;

export function sheet({ title, subtitle, widthPx, heightPx }: Sheet, content: readonly string[]): string {
  const heading = [
    label(margin, 34, title, { class: 'h' }),
    ...(subtitle === undefined ? [] : [label(margin, 56, subtitle, { class: 's' })]),
  ];
  return picture(widthPx, heightPx, { about: title, style }, [...heading, ...content].join('\n'));
}

function px1(value: number): string {
  return px(Math.round(value * 10) / 10);
}
