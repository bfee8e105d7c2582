/**
 * The tooltip: the frame's lines beside the pointer or, when the keyboard moves, above the frame;
 * always within the picture.
 */
import type { Dom } from './dom.js';
import { svg, svgElement, type ViewFrame } from './view-frames.js';

const tip = svgElement('g', { class: 'tip', display: 'none', role: 'tooltip' });
svg.append(tip);

const lineHeight = 17;
const characterWidth = 7.3;

export function hideTip(): void {
  tip.setAttribute('display', 'none');
}

/** @param at where the pointer is, in the picture's own units */
export function showTip(frame: ViewFrame, at: { x: number; y: number }): void {
  const lines = frame.lines.map((line) => (line.length > 120 ? `${line.slice(0, 119)}…` : line));
  const width =
    16 +
    characterWidth * Math.max(...lines.map((line) => line.length + (line === lines[0] ? 2 : 0)));
  const height = 10 + lineHeight * lines.length;
  const x = Math.max(4, Math.min(at.x + 12, Number(svg.getAttribute('width')) - width - 4));
  const above = at.y - height - 10;
  const y = above < 4 ? at.y + 22 : above;
  while (tip.children[0] !== undefined) tip.children[0].remove();
  tip.append(svgElement('rect', { x, y, width, height, rx: 5 }));
  for (const [index, line] of lines.entries()) {
    const text: Dom = svgElement('text', { x: x + 8, y: y + 17 + lineHeight * index });
    text.textContent = line;
    tip.append(text);
  }
  tip.removeAttribute('display');
}

/** From a point of the window to one of the picture. */
export function inPicture(clientX: number, clientY: number): { x: number; y: number } {
  const point = svg.createSVGPoint();
  point.x = clientX;
  point.y = clientY;
  return point.matrixTransform(svg.getScreenCTM().inverse());
}
