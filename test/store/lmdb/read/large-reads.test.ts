/** Large values are read by a thread of their own: what it meets is told, and it ends in order. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { LargeReads } from '#dist/store/lmdb/read/large-reads.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, openAt, outcome } from '../../suite/factory.js';

const MiB = 1024 * 1024;

test('a large value with a changed byte is damaged; others are read', async () => {
  const directory = await temporaryDirectory();
  const first = await openAt({ open: () => openLmdb({ directory }) });
  const marker = randomBytes(100);
  await first.put(bytes('hurt'), [Buffer.alloc(MiB), marker, Buffer.alloc(MiB)]);
  await first.put(bytes('whole'), [Buffer.alloc(MiB, 'v')]);
  await first.close();
  const file = dataFile(directory);
  const data = await readFile(file);
  const at = data.indexOf(marker);
  expect(at).toBeGreaterThan(0);
  data[at + 50] = (data[at + 50] ?? 0) ^ 1;
  await writeFile(file, data);
  const store = await openAt({ open: () => openLmdb({ directory }) });
  const read = () => outcome(() => store.get(bytes('hurt')));
  expect(await Promise.all([read(), read()])).toEqual(['damaged', 'damaged']);
  expect((await store.get(bytes('whole')))?.value.length).toBe(MiB);
});

test('a store that is closed finishes or ends the large reads under way', async () => {
  const directory = await temporaryDirectory();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  await store.put(bytes('k'), [Buffer.alloc(8 * MiB)]);
  const reading = Array.from({ length: 5 }, () => outcome(() => store.get(bytes('k'))));
  const closed = store.close();
  for (const end of await Promise.all(reading)) expect(['no error', 'closed']).toContain(end);
  await closed;
  expect(await outcome(() => store.get(bytes('k')))).toBe('closed');
});

test('a thread that ended fails its reads, and the next read starts another', async () => {
  const file = join(await temporaryDirectory(), 'file');
  await writeFile(file, 'not a directory');
  const reads = new LargeReads({ directory: file });
  for (let round = 0; round < 2; round++)
    expect(await outcome(() => reads.read(bytes('k'), 0))).toBe('overloaded');
  await reads.close();
});
