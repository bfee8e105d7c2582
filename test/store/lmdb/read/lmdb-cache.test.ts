/** The LMDB store with its cache of small entities: it is used, and no reader can tell. */
import { open as openFile, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { dataFile } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, openAt, pages, put, value } from '../../suite/factory.js';
import { startChild } from '../child/child.js';

async function openWith(cacheBytes: number) {
  const directory = await temporaryDirectory();
  const clock = { ms: Date.UTC(2026, 0, 1) };
  const limits = makeLimits({ cacheBytes });
  const open = () => openLmdb({ directory, limits, now: () => clock.ms });
  return { directory, clock, store: await openAt({ open }) };
}

/** A store whose data file has the entity, and whose journal is empty. */
async function openWithEntity(cacheBytes: number, key: string, what: string) {
  const directory = await temporaryDirectory();
  const limits = makeLimits({ cacheBytes });
  const before = await openLmdb({ directory });
  await put(before, key, what);
  await before.close();
  return { directory, store: await openAt({ open: () => openLmdb({ directory, limits }) }) };
}

/** Changes a byte of what is stored, under the open store, which has the file mapped. */
async function change(directory: string, what: string): Promise<void> {
  const at = (await readFile(dataFile(directory))).lastIndexOf(what);
  expect(at).toBeGreaterThan(0);
  const file = await openFile(dataFile(directory), 'r+');
  await file.write('#', at);
  await file.close();
}

describe('a small entity that is read twice', () => {
  test('comes from the cache: the disk is not asked again', async () => {
    const { directory, store } = await openWithEntity(64 * 1024, 'a', 'read and kept');
    expect(await value(store, 'a')).toBe('read and kept');
    await change(directory, 'read and kept');
    expect(await value(store, 'a')).toBe('read and kept');
  });

  test('is read from the disk again without a cache', async () => {
    const { directory, store } = await openWithEntity(0, 'a', 'read and kept');
    expect(await value(store, 'a')).toBe('read and kept');
    await change(directory, 'read and kept');
    await expect(value(store, 'a')).rejects.toMatchObject({ code: 'damaged' });
  });
});

test('a key whose write failed is read from the disk: its state is not known', async () => {
  const directory = await temporaryDirectory();
  const child = await startChild('./holder.mjs');
  await child.ask({ do: 'open', directory });
  await child.ask({ do: 'put', key: 'a', value: 'read and kept' });
  await child.ask({ do: 'close' });
  await child.ask({ do: 'open', directory });
  expect(await child.ask({ do: 'get', key: 'a' })).toEqual({ value: 'read and kept' });
  await child.ask({ do: 'put', key: 'b', value: 'begins the journal' });
  await child.ask({ do: 'loseDescriptors', of: 'journal-0' });
  expect(await child.ask({ do: 'put', key: 'a', value: 'lost' })).toMatchObject({ code: 'failed' });
  for (let i = 0; i < 2; i++)
    expect(await child.ask({ do: 'get', key: 'a' })).toEqual({ value: 'read and kept' });
  await change(directory, 'read and kept');
  expect(await child.ask({ do: 'get', key: 'a' })).toMatchObject({ code: 'damaged' });
});

test('an entity that expires is absent in time, whether it was read before or not', async () => {
  const { clock, store } = await openWith(64 * 1024);
  await put(store, 'a', 'stays');
  expect(await value(store, 'a')).toBe('stays');
  await put(store, 'a', 'goes', 10);
  expect(await value(store, 'a')).toBe('goes');
  expect(await value(store, 'a')).toBe('goes');
  clock.ms += 10_000;
  expect(await value(store, 'a')).toBeUndefined();
});

test('while a key is written no read sees less than one before it, by key or range', async () => {
  const { store } = await openWith(64 * 1024);
  await put(store, 'a', '0');
  let writing = true;
  const writes = (async () => {
    for (let i = 1; i <= 100; i++) await put(store, 'a', `${i}`);
    writing = false;
  })();
  let last = 0;
  let reads = 0;
  const see = (text: string) => {
    expect(Number(text)).toBeGreaterThanOrEqual(last);
    last = Number(text);
    reads++;
  };
  while (writing) {
    // Several in one turn of the event loop: a commit, not its acknowledgement, comes between.
    for (let i = 0; i < 20; i++) {
      see((await value(store, 'a')) as string);
      for (const entity of (await pages(store, { start: bytes('a') })).flat())
        see(`${entity.value}`);
    }
    await new Promise(setImmediate);
  }
  await writes;
  see((await value(store, 'a')) as string);
  expect(last).toBe(100);
  expect(reads).toBeGreaterThan(200);
});

test('an entity that keeps fields is read from memory the second time', async () => {
  const directory = await temporaryDirectory();
  let faults = 0;
  // Every read is taken for cold, so one that is not answered at once was not in the cache.
  const majorFaults = () => (faults += 1000);
  const store = await openAt({ open: () => openLmdb({ directory, majorFaults }) });
  const fields = { contentType: 'text/plain' };
  for (let i = 0; i < 3; i++) {
    await store.put(bytes('a'), [bytes(`${i}`)], { fields });
    const first = store.get(bytes('a'));
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toMatchObject({ value: bytes(`${i}`), fields });
    expect(store.get(bytes('a'))).toMatchObject({ value: bytes(`${i}`), fields });
  }
});
