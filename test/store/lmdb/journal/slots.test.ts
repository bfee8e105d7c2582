/** The files of large values stay while an acknowledged write needs them, and go after that. */
import { cp, readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Control } from '#dist/store/lmdb/checkpoint/messages.js';
import { Journal } from '#dist/store/lmdb/journal/journal.js';
import { recoverJournal } from '#dist/store/lmdb/journal/recovery.js';
import { Segment } from '#dist/store/lmdb/journal/segment.js';
import { readSegmentHeader, segmentPath } from '#dist/store/lmdb/journal/segment-header.js';
import { Slots } from '#dist/store/lmdb/journal/slots.js';
import { Memtable } from '#dist/store/lmdb/memtable/memtable.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { WriteStatistics } from '#dist/store/lmdb/write/write-statistics.js';
import { StoreError } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes } from '../../suite/factory.js';

const MiB = 1024 * 1024;

async function slotsIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('journal-slot-')).sort();
}

/** Files of a store that was killed with large values in its journal, and the values. */
async function killed() {
  const directory = await temporaryDirectory();
  const copy = await temporaryDirectory();
  // Checkpoints do not come by themselves in that time.
  const store = await openLmdb({ directory, journal: { maxAgeMs: 1_000_000 } });
  const values = [1, 2, 3].map((n) => Buffer.alloc(MiB, n));
  await Promise.all(values.map((value, n) => store.put(bytes(`key-${n}`), [value])));
  await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('-lock') });
  await store.close();
  expect(await slotsIn(directory)).toEqual([]);
  return { directory: copy, values };
}

test('a clean close removes the slots that a killed server left', async () => {
  const { directory, values } = await killed();
  expect(await slotsIn(directory)).toHaveLength(3);
  await (await openLmdb({ directory })).close();
  expect(await slotsIn(directory)).toEqual([]);
  const store = await openLmdb({ directory });
  for (const [n, value] of values.entries())
    expect(Buffer.from((await store.get(bytes(`key-${n}`)))?.value ?? []).equals(value)).toBe(true);
  await store.close();
});

test('a store that fails to open leaves the slots of acknowledged writes', async () => {
  const { directory } = await killed();
  const before = await slotsIn(directory);
  const segments = [0, 1].map((number) => new Segment(directory, number, 16 * MiB));
  const header = readSegmentHeader(await readFile(segmentPath(directory, 0)));
  const recovered = await recoverJournal(directory, segments, header?.epoch ?? 0n, 0);
  expect(recovered.lastSequence).toBeGreaterThan(0);
  // It fails after it has read the journal, and before it opens the files to write.
  const journal = new Journal({
    directory,
    segments: segments as [Segment, Segment],
    memtable: new Memtable(),
    thread: { close: async () => {} } as never,
    writer: {} as never,
    control: new Control(),
    statistics: new WriteStatistics(() => {}),
    maxAgeMs: 1_000_000,
    recovered,
  });
  await journal.close();
  expect(await slotsIn(directory)).toEqual(before);
});

test('a journal that was filled under a larger bound is read whole', async () => {
  const directory = await temporaryDirectory();
  const copy = await temporaryDirectory();
  const store = await openLmdb({ directory, journal: { maxAgeMs: 1_000_000 } });
  for (let n = 0; n < 5; n++) await store.put(bytes(`key-${n}`), [Buffer.alloc(200_000, n)]);
  await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('-lock') });
  await store.close();
  const again = await openLmdb({ directory: copy, journal: { maxSegmentBytes: MiB / 4 } });
  for (let n = 0; n < 5; n++) {
    const entity = await again.get(bytes(`key-${n}`));
    expect(Buffer.from(entity?.value ?? []).equals(Buffer.alloc(200_000, n))).toBe(true);
  }
  await again.close();
});

test('a value that waits for a slot is rejected when nothing will be freed', async () => {
  const directory = await temporaryDirectory();
  const slots = new Slots(directory, () => {});
  await slots.take(64 * MiB);
  const waiting = slots.take(1);
  const failure = new StoreError('failed', 'the disk is broken');
  slots.fail(failure);
  await expect(waiting).rejects.toBe(failure);
  await expect(slots.take(1)).rejects.toBe(failure);
  await slots.close();
});

test('values too large to share a transaction leave a checkpoint as they were', async () => {
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory, journal: { maxAgeMs: 1_000_000 } });
  const values = [3, 2.5, 5, 0.3, 3].map((size, n) => Buffer.alloc(size * MiB, n + 1));
  await Promise.all(values.map((value, n) => store.put(bytes(`key-${n}`), [value])));
  // Closing takes them into LMDB, and removes their files.
  await store.close();
  expect(await slotsIn(directory)).toEqual([]);
  const again = await openLmdb({ directory });
  for (const [n, value] of values.entries())
    expect(Buffer.from((await again.get(bytes(`key-${n}`)))?.value ?? []).equals(value)).toBe(true);
  await again.close();
});
