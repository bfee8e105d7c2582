/**
 * Takes a segment's batches into the tree: the newest entry of each key, in order of keys, in transactions of the size that the store
 * makes today. Each is synced as today's are. Doing it twice does no harm, so a checkpoint that was cut off is begun again.
 */
import { decodeBatch } from '#dist/store/embedded/batch.js';
import type { Transactions } from '#dist/store/embedded/transactions.js';
import { type Entry, entriesOf, joinEntries, newestSorted } from './entries.js';
import type { Frame } from './segment.js';

const sliceEntries = 512;
const sliceBytes = 4 * 1024 * 1024;

export function checkpoint(
  transactions: Transactions,
  memory: Buffer<ArrayBufferLike>,
  frames: readonly Frame[],
): void {
  const ceiling = Math.max(0, ...frames.map((frame) => frame.ceiling)) || undefined;
  for (const slice of slices(newestSorted(allEntries(memory, frames))))
    transactions.commit(decodeBatch(joinEntries(memory, slice)), ceiling);
}

function* allEntries(memory: Buffer<ArrayBufferLike>, frames: readonly Frame[]): Generator<Entry> {
  for (const { start, end } of frames) yield* entriesOf(memory, start, end);
}

function* slices(entries: readonly Entry[]): Generator<Entry[]> {
  let slice: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    slice.push(entry);
    bytes += entry.end - entry.start;
    if (slice.length < sliceEntries && bytes < sliceBytes) continue;
    yield slice;
    slice = [];
    bytes = 0;
  }
  if (slice.length > 0) yield slice;
}
