/**
 * Pointer, keys and the address. The address is the only state: what is done changes its hash, and
 * the picture follows the hash, so a zoomed or searched view can be linked and the browser's Back
 * leads out of it.
 */
import type { Dom, DomInput, DomWindow } from './dom.js';
import { search } from './search.js';
import { hideTip, inPicture, showTip } from './tooltip.js';
import { frames, root, svg, svgElement, type ViewFrame, zoomTo } from './view-frames.js';

declare const window: DomWindow;

const bar = html('div', { class: 'bar' });
const result = html('output', { 'aria-live': 'polite' });
const input = html('input', {
  type: 'search',
  placeholder: 'Search: /',
  'aria-label': 'Search, a regular expression',
}) as DomInput;
const reset = html('button', { type: 'button' });
const holder = svgElement('foreignObject', {
  x: Number(svg.getAttribute('width')) - 576,
  y: 12,
  width: 560,
  height: 36,
});
let entry = root;

function html(name: string, attributes: Record<string, string>): Dom {
  const made = window.document.createElementNS('http://www.w3.org/1999/xhtml', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function state(): URLSearchParams {
  return new URLSearchParams(window.location.hash.slice(1));
}

function apply(): void {
  const pattern = state().get('search') ?? '';
  const target = frames[Number(state().get('frame') ?? 0)] ?? root;
  hideTip();
  zoomTo(target);
  enterAt(target);
  if (input.value !== pattern) input.value = pattern;
  result.textContent = search(pattern, input);
}

function zoom(frame: ViewFrame): void {
  const next = state();
  if (frame === root) next.delete('frame');
  else next.set('frame', String(frame.index));
  window.location.hash = next.toString();
}

function clear(): void {
  input.value = '';
  window.location.hash = '';
}

/** One frame at a time is where Tab enters the graph; arrows go on from there. */
function enterAt(frame: ViewFrame): void {
  entry.group.setAttribute('tabindex', -1);
  entry = frame;
  entry.group.setAttribute('tabindex', 0);
}

function neighbour(frame: ViewFrame, key: string): ViewFrame | undefined {
  if (key === 'ArrowDown') return frame.parent;
  const visible = frames.filter(({ shown }) => shown !== undefined);
  if (key === 'ArrowUp') {
    const above = visible.filter(({ parent }) => parent === frame);
    return above.sort((a, b) => b.width - a.width)[0];
  }
  const level = visible.filter(({ depth }) => depth === frame.depth);
  return level[level.indexOf(frame) + (key === 'ArrowLeft' ? -1 : 1)];
}

for (const frame of frames) {
  const { group, lines } = frame;
  group.setAttribute('tabindex', -1);
  group.setAttribute('role', 'button');
  group.setAttribute('aria-label', lines.join(', '));
  group.addEventListener('click', () => zoom(frame));
  group.addEventListener('mousemove', ({ clientX, clientY }) =>
    showTip(frame, inPicture(clientX, clientY)),
  );
  group.addEventListener('mouseleave', hideTip);
  group.addEventListener('blur', hideTip);
  group.addEventListener('focus', () => {
    enterAt(frame);
    const y = Number(/ (\S+)\)$/.exec(group.parentNode?.getAttribute('transform') ?? '')?.[1]);
    showTip(frame, { x: (frame.shown?.x ?? 0) + Number(svg.getAttribute('data-margin')), y });
  });
  group.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') zoom(frame);
    else if (event.key.startsWith('Arrow')) neighbour(frame, event.key)?.group.focus();
    else return;
    event.preventDefault();
  });
}

window.addEventListener('keydown', (event) => {
  const find = (event.ctrlKey || event.metaKey) && event.key === 'f';
  if (event.key === 'Escape') clear();
  else if (find || (event.key === '/' && window.document.activeElement !== input)) {
    event.preventDefault();
    input.focus();
    input.select();
  }
});
input.addEventListener('input', () => {
  const next = state();
  if (input.value === '') next.delete('search');
  else next.set('search', input.value);
  // In place of the last: Back shall not lead through every letter typed.
  window.location.replace(`#${next}`);
});
reset.addEventListener('click', clear);
window.addEventListener('hashchange', apply);

reset.textContent = 'Reset';
bar.append(result, input, reset);
holder.append(bar);
svg.append(holder);
apply();
