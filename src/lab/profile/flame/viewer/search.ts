/**
 * Search: frames whose name or place matches a regular expression stay, the others fade. The share
 * of all matches counts nested ones once: a match below another is in that one's width already.
 */
import type { DomInput } from './dom.js';
import { frames, root, svg, type ViewFrame } from './view-frames.js';

/** Small letters match capitals too; capitals only themselves. */
function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern.slice(0, 200), /[A-Z]/.test(pattern) ? '' : 'i');
  } catch {
    return undefined;
  }
}

/** Marks what matches, and says how much it is; an empty pattern marks nothing. */
export function search(pattern: string, input: DomInput): string {
  const expression = pattern === '' ? undefined : compile(pattern);
  input.setAttribute('aria-invalid', String(pattern !== '' && expression === undefined));
  const hits = new Set<ViewFrame>();
  for (const frame of frames) {
    // The lines below are amounts, which nobody searches for.
    const hit =
      expression !== undefined &&
      frame !== root &&
      frame.lines.slice(0, 2).some((line) => expression.test(line));
    if (hit) hits.add(frame);
    frame.group.classList.toggle('hit', hit);
    frame.group.classList.toggle('miss', expression !== undefined && !hit);
  }
  if (pattern === '') return '';
  return expression === undefined
    ? 'not a regular expression'
    : `${hits.size} frame${hits.size === 1 ? '' : 's'}, ${matched(hits)}`;
}

function matched(hits: ReadonlySet<ViewFrame>): string {
  let width = 0;
  let amount = 0;
  for (const frame of hits) {
    let above = frame.parent;
    while (above !== undefined && !hits.has(above)) above = above.parent;
    if (above !== undefined) continue;
    width += frame.width;
    amount += Number(frame.group.getAttribute('data-d') ?? 0);
  }
  const difference = svg.getAttribute('data-unit-of-d');
  const share = `${((100 * width) / root.width).toFixed(1)} %`;
  return difference === null ? share : `${amount > 0 ? '+' : ''}${amount.toFixed(2)} ${difference}`;
}
