/**
 * The frames as the viewer reads them out of the picture, and the zoom: a frame gets the whole
 * width, all above it grows with it, and its callers below it fade.
 */
import type { Dom, DomRoot, DomWindow } from './dom.js';

declare const window: DomWindow;

export interface ViewFrame {
  readonly index: number;
  readonly group: Dom;
  readonly rect: Dom;
  /** The first line is its label. */
  readonly lines: readonly string[];
  readonly depth: number;
  readonly x: number;
  readonly width: number;
  readonly parent: ViewFrame | undefined;
  /** Under the present zoom. */
  shown: { x: number; width: number } | undefined;
}

export const svg = window.document.currentScript.parentNode as DomRoot;
const fontSize = Number(svg.getAttribute('data-font'));
const padding = Number(svg.getAttribute('data-pad'));
/** More than rounding to four digits can move an edge, less than any frame's width. */
const tolerance = 0.001;

export const frames = readFrames(svg.querySelector('.f') as Dom);
export const root = frames[0] as ViewFrame;

function readFrames(graph: Dom): ViewFrame[] {
  const all: ViewFrame[] = [];
  let below: ViewFrame[] = [];
  for (const [depth, row] of [...Array.from(graph.children)].entries()) {
    const level: ViewFrame[] = [];
    for (const group of Array.from(row.children)) {
      const rect = group.querySelector('rect') as Dom;
      const title = group.querySelector('title') as Dom;
      const x = Number(rect.getAttribute('x'));
      const width = Number(rect.getAttribute('width'));
      const parent = below.find((frame) => covers(frame, { x, width }));
      const lines = title.textContent.split('\n');
      // Or the browser's tooltip would come over ours.
      title.remove();
      const index = all.length + level.length;
      level.push({ index, group, rect, lines, depth, x, width, parent, shown: { x, width } });
    }
    all.push(...level);
    below = level;
  }
  return all;
}

function covers(frame: { x: number; width: number }, inner: { x: number; width: number }): boolean {
  return (
    frame.x <= inner.x + tolerance && frame.x + frame.width >= inner.x + inner.width - tolerance
  );
}

export function svgElement(name: string, attributes: Record<string, string | number>): Dom {
  const made = window.document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export function zoomTo(target: ViewFrame): void {
  const callers = new Set<ViewFrame>();
  for (let frame = target.parent; frame !== undefined; frame = frame.parent) callers.add(frame);
  const scale = root.width / target.width;
  for (const frame of frames) {
    const caller = callers.has(frame);
    const within = frame.depth >= target.depth && covers(target, frame);
    if (caller) frame.shown = { x: root.x, width: root.width };
    else if (within) frame.shown = { x: (frame.x - target.x) * scale, width: frame.width * scale };
    else frame.shown = undefined;
    frame.group.classList.toggle('up', caller);
    draw(frame);
  }
}

function draw({ group, rect, lines, shown }: ViewFrame): void {
  if (shown === undefined) {
    group.setAttribute('display', 'none');
    return;
  }
  group.removeAttribute('display');
  rect.setAttribute('x', shown.x);
  rect.setAttribute('width', shown.width);
  const columns = Math.floor((shown.width - 2 * padding) / (fontSize * 0.605));
  const both = lines[0] ?? '';
  // An em space parts the label from its figure, which is shown only whole.
  const label = [...(both.split('\u2003')[0] ?? '')];
  const cut = columns < 3 ? '' : `${label.slice(0, columns - 1).join('')}…`;
  const text = [...both].length <= columns ? both : label.length <= columns ? label.join('') : cut;
  const written = group.querySelector('text') ?? svgElement('text', { y: 13 });
  group.append(written);
  written.setAttribute('x', shown.x + padding);
  written.textContent = text;
}
