/**
 * The functions that changed most by themselves: one that got dearer is first here, and its
 * callers, which only contain it, are not.
 */
import { code } from '../frame-table.js';
import type { Frame } from '../profile.js';
import { compareFrames, exceptLine } from '../tree.js';
import type { Change, DiffNode, DiffProfile, Measured } from './diff.js';
import { delta, isNoise } from './diff.js';
import { formatsOf } from './diff-graph.js';

export interface TopChange {
  readonly frame: Frame;
  /** Summed over all the ways it was reached. */
  readonly self: Change;
  /** Change of self: positive if it grew. */
  readonly delta: number;
  /** The difference is no more than chance makes. */
  readonly noise: boolean;
}

/** At most `n` frames by the size of their difference; those that are noise come last. */
export function topChanges({ root }: DiffProfile, n = 10): TopChange[] {
  const sums = new Map<string, { frame: Frame; self: Change }>();
  const open: DiffNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { frame, self, children } = node;
    for (const child of children) open.push(child);
    if (frame === undefined) continue;
    const key = exceptLine(frame);
    const sum = sums.get(key);
    sums.set(key, sum ? { frame: sum.frame, self: add(sum.self, self) } : { frame, self });
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

/** The same as a Markdown table. */
export function formatTopChanges(diff: DiffProfile, n = 10): string {
  const { amount, change, unit } = formatsOf(diff);
  const rows = topChanges(diff, n).map(({ frame, self, delta, noise }) => {
    const place = frame.file === undefined ? '' : code(frame.file);
    const sides = `${amount(self.before.value)} | ${amount(self.after.value)}`;
    const changed = `${change(delta)}${noise ? ' (noise)' : ''}`;
    return `| ${code(frame.name)} | ${place} | ${sides} | ${changed} |`;
  });
  return [
    `| Function | Where | Self before${unit} | After${unit} | Change |`,
    '| --- | --- | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n');
}

function add(a: Change, b: Change): Change {
  return { before: sum(a.before, b.before), after: sum(a.after, b.after) };
}

function sum(a: Measured, b: Measured): Measured {
  return { value: a.value + b.value, error: Math.hypot(a.error, b.error) };
}
