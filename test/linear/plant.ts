/** Plants a stale read in what clients saw, to see that the checker finds it. */
import type { Operation } from './history.js';

/**
 * One read returns a value that another write had replaced, for certain, before the read began.
 * @param random chooses which
 * @returns undefined if no read has such a value behind it
 */
export function withStaleRead(
  operations: readonly Operation[],
  random: () => number,
): Operation[] | undefined {
  const puts = operations.filter(({ kind, value, lost }) => kind === 'write' && value && !lost);
  const choices = operations.flatMap((read, at) => {
    if (read.kind !== 'read') return [];
    const replaced = puts.filter((old) =>
      puts.some((newer) => old.ended < newer.begun && newer.ended < read.begun),
    );
    // The newest of them is the hardest to tell.
    const newest = replaced.reduce<Operation | undefined>(
      (a, b) => (a && a.ended > b.ended ? a : b),
      undefined,
    );
    return newest && newest.value !== read.value ? [{ at, value: newest.value }] : [];
  });
  const chosen = choices[Math.floor(random() * choices.length)];
  if (!chosen) return undefined;
  return operations.map((each, at) => (at === chosen.at ? { ...each, value: chosen.value } : each));
}
