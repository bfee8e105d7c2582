/**
 * A colour for each kind of frame. Any two differ plainly for people with any of the usual colour
 * blindnesses (CIELAB distance of 20 and more), and dark text on each has a contrast of more than
 * 5:1; the tests compute both.
 */
import type { FrameKind } from '../profile.js';

interface KindStyle {
  readonly kind: FrameKind;
  /** The class of its frames; one letter, for there are thousands of them. */
  readonly className: string;
  readonly colour: string;
  readonly label: string;
}

/** In the order of the legend. */
export const kindStyles: readonly KindStyle[] = [
  { kind: 'application', className: 'a', colour: '#ef8e4f', label: 'application' },
  { kind: 'dependency', className: 'd', colour: '#f8e788', label: 'dependency' },
  { kind: 'node', className: 'n', colour: '#6be0a8', label: 'Node' },
  { kind: 'v8', className: 'v', colour: '#cb88e8', label: 'V8, GC' },
  { kind: 'native', className: 'k', colour: '#b0b8c3', label: 'native, kernel' },
];

export function classOf(kind: FrameKind): string | undefined {
  return kindStyles.find((style) => style.kind === kind)?.className;
}
