/**
 * A data file, or one of the journal, that vanishes under an open store: nothing is acknowledged
 * that would be gone.
 */
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { StoreError } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { openAt, outcome, put, value } from '../../suite/factory.js';
import { startChild } from '../child/child.js';

test.each<[string, RegExp, (directory: string) => Promise<unknown>]>([
  ['deleted', /was moved or deleted/, (directory) => rm(directory, { recursive: true })],
  ['moved', /was moved or deleted/, (directory) => rename(directory, `${directory}-elsewhere`)],
  [
    'replaced by a copy',
    /was replaced by another/,
    async (directory) => {
      await copyFile(dataFile(directory), join(directory, 'copy'));
      await rename(join(directory, 'copy'), dataFile(directory));
    },
  ],
  [
    'replaced by a directory of the same name',
    /was moved or deleted/,
    async (directory) => {
      await rename(directory, `${directory}-elsewhere`);
      await mkdir(directory);
    },
  ],
])('a data file that is %s is noticed without a write', async (_, message, lose) => {
  const directory = join(await temporaryDirectory(), 'data');
  const losses: StoreError[] = [];
  const onLost = (error: StoreError) => void losses.push(error);
  const store = await openAt({ open: () => openLmdb({ directory, onLost }) });
  await put(store, 'a', 'one');
  await lose(directory);
  await vi.waitFor(() => expect(losses).toHaveLength(1), { timeout: 30_000 });
  expect(losses[0]).toMatchObject({ code: 'failed', message: expect.stringMatching(message) });
  expect(store.failure).toBe(losses[0]);
  expect(await outcome(() => put(store, 'b', 'two'))).toBe('failed');
  expect(await value(store, 'a')).toBe('one');
  await store.close();
  expect(losses).toHaveLength(1);
});

const journalNames = ['journal-0', 'journal-1', 'journal-slot-0'];
const ways: Record<string, [RegExp, (path: string) => Promise<unknown>]> = {
  deleted: [/was moved or deleted/, (path) => rm(path)],
  moved: [/was moved or deleted/, (path) => rename(path, `${path}-elsewhere`)],
  'replaced by a copy': [
    /was replaced by another/,
    async (path) => {
      await copyFile(path, `${path}-copy`);
      await rename(`${path}-copy`, path);
    },
  ],
};

test.each(journalNames.flatMap((name) => Object.keys(ways).map((way) => [name, way] as const)))(
  '%s that is %s is noticed without a write, and loses nothing',
  async (name, way) => {
    const [message, lose] = ways[way] as (typeof ways)[string];
    const directory = await temporaryDirectory();
    const losses: StoreError[] = [];
    const onLost = (error: StoreError) => void losses.push(error);
    const store = await openAt({ open: () => openLmdb({ directory, onLost }) });
    const large = 'L'.repeat(300 * 1024);
    await put(store, 'a', 'one');
    await put(store, 'large', large);
    const path = join(directory, name);
    await lose(path);
    await vi.waitFor(() => expect(losses).toHaveLength(1), { timeout: 30_000 });
    expect(losses[0]).toMatchObject({ code: 'failed', message: expect.stringMatching(message) });
    expect(losses[0]?.message).toContain(`the journal file ${path}`);
    expect(await outcome(() => put(store, 'b', 'two'))).toBe('failed');
    expect(await value(store, 'a')).toBe('one');
    // The memory has what the file lacks.
    await store.close();
    expect(losses).toHaveLength(1);
    const again = await openAt({ open: () => openLmdb({ directory }) });
    expect(await value(again, 'a')).toBe('one');
    expect(await value(again, 'large')).toBe(large);
  },
);

test('a store whose directory was moved leaves one alone that has its place', async () => {
  const directory = join(await temporaryDirectory(), 'data');
  const losses: StoreError[] = [];
  const onLost = (error: StoreError) => void losses.push(error);
  const moved = await openAt({ open: () => openLmdb({ directory, onLost }) });
  await put(moved, 'a', 'one');
  await rename(directory, `${directory}-elsewhere`);
  await vi.waitFor(() => expect(losses).toHaveLength(1), { timeout: 30_000 });
  const child = await startChild('./holder.mjs');
  expect(await child.ask({ do: 'open', directory })).toEqual({});
  const valueBytes = 300 * 1024;
  expect(await child.ask({ do: 'put', key: 'b', value: 'v', valueBytes })).toEqual({});
  await moved.close();
  await child.kill();
  const store = await openAt({ open: () => openLmdb({ directory }) });
  expect(await value(store, 'b')).toBe('v'.repeat(valueBytes));
});

test('a directory that comes back is not the reason of another loss', async () => {
  const directory = join(await temporaryDirectory(), 'data');
  const losses: StoreError[] = [];
  const onLost = (error: StoreError) => void losses.push(error);
  const store = await openAt({ open: () => openLmdb({ directory, onLost }) });
  await put(store, 'a', 'one');
  await rename(directory, `${directory}-elsewhere`);
  await vi.waitFor(() => expect(losses).toHaveLength(1), { timeout: 30_000 });
  await rename(`${directory}-elsewhere`, directory);
  await store.close();
  expect(await value(await openAt({ open: () => openLmdb({ directory }) }), 'a')).toBe('one');
});

test('a process without free descriptors goes on writing, and the file grows', async () => {
  const directory = await temporaryDirectory();
  const child = await startChild('./holder.mjs', { descriptors: 200 });
  expect(await child.ask({ do: 'open', directory })).toEqual({});
  expect(await child.ask({ do: 'takeDescriptors' })).toMatchObject({ code: 'EMFILE' });
  for (let i = 0; i < 4; i++)
    expect(await child.ask({ do: 'put', key: `k${i}`, value: 'v', valueBytes: 2e6 })).toEqual({});
  expect(await child.ask({ do: 'failure' })).toEqual({});
});
