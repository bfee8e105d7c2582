/** Holds what stays on the heap against the size of the heap. */
import { formatAmount } from '../amount.js';
import type { Profile, Stack } from '../profile.js';
import type { Recording } from '../sampling/recording.js';

/** Bytes on the heaps of all threads, after a collection at both ends. */
export function heapBytesOf(recording: Recording): Profile['heapBytes'] {
  if (recording.kind !== 'growth') return undefined;
  const sum = { before: 0, after: 0 };
  for (const { raw } of [recording, ...recording.workers]) {
    sum.before += raw.heapBytes?.before ?? 0;
    sum.after += raw.heapBytes?.after ?? 0;
  }
  return sum;
}

/** A leak stays in both halves of the window, so the heap grows by more than one's part. */
export function growthNotes(
  stacks: readonly Stack[],
  heapBytes: NonNullable<Profile['heapBytes']>,
): string[] {
  const kept = stacks.reduce((sum, { value }) => sum + value, 0);
  const grown = heapBytes.after - heapBytes.before;
  if (kept === 0 || grown >= kept) return [];
  const [change, part] = [grown, kept].map((bytes) => formatAmount(bytes, 'growth'));
  return [
    `the heaps grew by ${change} in all, less than what stays of the first half (${part}): most ` +
      'of it took the place of older objects, as in a full cache',
  ];
}
