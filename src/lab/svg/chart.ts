/** The parts that plots share: paper, grid, lines, legend, and the colours of series. */
import { type Scale, tickText } from './axis.js';
import { element, faint, hairline, label, mono, picture, px, sans, sansWidth } from './svg.js';

/** Told apart with all usual colour blindnesses, 3:1 on white; three also by their dashes. */
export const seriesStyles = [
  { colour: '#0b62c4', dashes: undefined },
  { colour: '#d1570a', dashes: '7 5' },
  { colour: '#7a3fa0', dashes: '1 5' },
  { colour: '#137a5b', dashes: undefined },
] as const;

type SeriesStyle = (typeof seriesStyles)[number];

export function styleOf(index: number): SeriesStyle {
  return seriesStyles[index % seriesStyles.length] as SeriesStyle;
}

export const margin = 16;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through the points; `undefined` leaves a gap. */
export function line(
  points: readonly (Point | undefined)[],
  { colour, dashes }: SeriesStyle,
): string {
  let path = '';
  let gap = true;
  for (const point of points) {
    // A move and a line of no length: between two gaps it is a dot.
    if (point !== undefined) path += gap ? `M${at(point)}h0` : `L${at(point)}`;
    gap = point === undefined;
  }
  return element('path', {
    d: path,
    fill: 'none',
    stroke: colour,
    'stroke-width': 2,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
    'stroke-dasharray': dashes,
  });
}

/**
 * The area between two lines of the same number of points; a gap in one is a gap in both. Nothing
 * where they are the same.
 */
export function band(
  above: readonly (Point | undefined)[],
  below: readonly (Point | undefined)[],
  { colour }: SeriesStyle,
): string {
  const pieces: (readonly [Point, Point])[][] = [[]];
  for (const [index, up] of above.entries()) {
    const down = below[index];
    if (up === undefined || down === undefined) pieces.push([]);
    else pieces.at(-1)?.push([up, down]);
  }
  const outline = pieces
    .filter((piece) => piece.length > 1 && piece.some(([up, down]) => up.y !== down.y))
    .map((piece) => {
      const points = [...piece.map(([up]) => up), ...piece.map(([, down]) => down).reverse()];
      return `M${points.map(at).join('L')}Z`;
    });
  if (outline.length === 0) return '';
  return element('path', { d: outline.join(''), fill: colour, 'fill-opacity': 0.22 });
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
      const ends = [left, left + 28].map((end) => ({ x: end, y: y - 4 }));
      const entry = line(ends, style) + label(left + 34, y, name);
      left += 34 + sansWidth(name) + 22;
      return entry;
    })
    .join('');
}

const style = `text{fill:#1b1f24;font:13px ${sans}}.h{font-size:20px;font-weight:600}
.s{fill:${faint}}.g{stroke:${hairline}}.e{text-anchor:end;fill:${faint}}.b{font-weight:600}
.m{text-anchor:middle;fill:${faint}}.n{font:12px ${mono};text-anchor:middle}`;

export interface Heading {
  readonly title: string;
  readonly subtitle?: string | undefined;
}

interface Sheet extends Heading {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The width of a picture in a report. */
export const reportWidthPx = 1200;

/** Where the first row below the heading begins. */
export const headingHeight = 76;

export function sheet(
  { title, subtitle, widthPx, heightPx }: Sheet,
  content: readonly string[],
): string {
  const heading = [
    label(margin, 34, title, { class: 'h' }),
    ...(subtitle === undefined ? [] : [label(margin, 56, subtitle, { class: 's' })]),
  ];
  return picture(widthPx, heightPx, { about: title, style }, [...heading, ...content].join('\n'));
}

function at({ x, y }: Point): string {
  const rounded = (value: number) => px(Math.round(value * 10) / 10);
  return `${rounded(x)} ${rounded(y)}`;
}
