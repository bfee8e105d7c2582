/**
 * What changed most, in itself: a function that got dearer is first here, and its callers, who only
 * contain it, are not.
 */
import type { Frame } from '../profile.js';
import { compareFrames, exceptLine } from '../tree.js';
import {
  type Change,
  type DiffNode,
  type DiffProfile,
  delta,
  isNoise,
  type Measured,
} from './diff.js';

export interface TopChange {
  readonly frame: Frame;
  /** Summed over all the ways it was reached. */
  readonly self: Change;
  /** Change of self: positive if it grew. */
  readonly delta: number;
  /** The difference is no more than chance makes. */
  readonly noise: boolean;
}

/**
 * At most `n` frames by the size of their difference, those that are noise after all that are not.
 */
export function topChanges({ root }: DiffProfile, n = 10): TopChange[] {
  const sums = new Map<string, { frame: Frame; self: Change }>();
  const open: DiffNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { frame, self, children } = node;
    open.push(...children);
    if (frame === undefined) continue;
    const key = exceptLine(frame);
    const sum = sums.get(key);
    sums.set(
      key,
      sum === undefined ? { frame, self } : { frame: sum.frame, self: add(sum.self, self) },
    );
  }
  return [...sums.values()]
    .map(({ frame, self }) => ({ frame, self, delta: delta(self), noise: isNoise(self) }))
    .filter((change) => change.delta !== 0)
    .sort(
      (a, b) =>
        Number(a.noise) - Number(b.noise) ||
        Math.abs(b.delta) - Math.abs(a.delta) ||
        compareFrames(a.frame, b.frame),
    )
    .slice(0, n);
}

function add(a: Change, b: Change): Change {
  return { before: sum(a.before, b.before), after: sum(a.after, b.after) };
}

function sum(a: Measured, b: Measured): Measured {
  return { value: a.value + b.value, error: Math.hypot(a.error, b.error) };
}
