/** Segments without frames, and checkpoints without entries: neither keeps the next from ending. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Operation } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { openAt, put, value } from '../../suite/factory.js';
import { copyOf, KiB } from './killed-store.js';

const keyOf = (i: number) => `${i} `.padEnd(KiB, 'k');

/** The entries of each checkpoint from now on. */
function checkpoints(): number[] {
  const counts: number[] = [];
  const note = (event: unknown) => void counts.push((event as { entries: number }).entries);
  subscribe('evenkeel:checkpoint', note);
  onTestFinished(() => void unsubscribe('evenkeel:checkpoint', note));
  return counts;
}

test('a frame that an empty segment has no space for makes it larger', async () => {
  const directory = await temporaryDirectory();
  const journal = { maxSegmentBytes: 256 * KiB, maxAgeMs: 20 };
  const store = await openAt({ open: () => openLmdb({ directory, journal }) });
  const ended = checkpoints();
  await put(store, 'a', 'one');
  await vi.waitFor(() => expect(ended).toEqual([1]), { timeout: 30_000 });
  const writes = Array.from(
    { length: 600 },
    (_, i): Operation => ({
      kind: 'put',
      key: Buffer.from(keyOf(i)),
      value: [Buffer.from(`${i}`)],
    }),
  );
  await store.commitAll(writes);
  // The quiet store brings it into LMDB, and nothing else: there was no empty checkpoint.
  await vi.waitFor(() => expect(ended).toEqual([1, 600]), { timeout: 30_000 });
  await put(store, 'b', 'two');
  await vi.waitFor(() => expect(ended).toEqual([1, 600, 1]), { timeout: 30_000 });
  // As a kill leaves it: nothing changes any more.
  const again = await openAt({
    open: async () => openLmdb({ directory: await copyOf(directory), journal }),
  });
  expect(await value(again, 'a')).toBe('one');
  expect(await value(again, 'b')).toBe('two');
  for (let i = 0; i < 600; i++) expect(await value(again, keyOf(i))).toBe(`${i}`);
});
