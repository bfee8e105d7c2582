/** Expired entities leave the file, and so does what the expiry index knew of them. */
import { expect, test, vi } from 'vitest';
import { openDatabases, openRoot } from '#dist/store/lmdb/file/environment.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Store } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, keys, keysAlone, numbered, openAt, put } from '../../suite/factory.js';

const startMs = Date.UTC(2026, 0, 1);
const never = 2 ** 31 - 1;

/** Counts what the file holds, past the store. */
async function look(directory: string): Promise<{ entities: number; expiry: number }> {
  const env = openDatabases(openRoot(directory));
  const count = (database: typeof env.entities) =>
    (database.getStats() as { entryCount: number }).entryCount;
  const counts = { entities: count(env.entities), expiry: count(env.expiry) };
  await env.root.close();
  return counts;
}

async function openWithClock(sweepIntervalMs: number) {
  const directory = await temporaryDirectory();
  const clock = { ms: startMs };
  const open = () =>
    openAt({ open: () => openLmdb({ directory, now: () => clock.ms, sweepIntervalMs }) });
  return { directory, clock, open, store: await open() };
}

test('the expiry index holds one entry for each entity that expires, and no others', async () => {
  const { directory, store } = await openWithClock(never);
  for (let i = 0; i < 5; i++) await put(store, 'renewed', `${i}`, 10 + i);
  await put(store, 'made permanent', 'x', 10);
  await put(store, 'made permanent', 'x');
  await put(store, 'deleted', 'x', 10);
  await store.delete(bytes('deleted'));
  await put(store, 'deleted and put', 'x', 10);
  await store.delete(bytes('deleted and put'));
  await put(store, 'deleted and put', 'x');
  await put(store, 'made to expire', 'x');
  await put(store, 'made to expire', 'x', 10);
  await put(store, 'same again', 'x', 10);
  await put(store, 'same again', 'x', 10);
  await put(store, 'permanent', 'x');
  await store.close();
  expect(await look(directory)).toEqual({ entities: 6, expiry: 3 });
});

test('writes of one key in one batch leave the index as the last of them says', async () => {
  const { directory, store } = await openWithClock(never);
  await Promise.all([
    put(store, 'a', 'x', 10),
    put(store, 'a', 'x', 20),
    put(store, 'b', 'x', 10),
    put(store, 'b', 'x'),
    put(store, 'c', 'x', 10),
    store.delete(bytes('c')),
  ]);
  await store.close();
  expect(await look(directory)).toEqual({ entities: 2, expiry: 1 });
});

test('the index is kept by a store opened again: it knows what it holds', async () => {
  const { directory, open, store } = await openWithClock(never);
  await put(store, 'a', 'x', 10);
  await put(store, 'b', 'x', 10);
  await store.close();
  const again = await open();
  await put(again, 'a', 'x');
  await again.delete(bytes('b'));
  await again.close();
  expect(await look(directory)).toEqual({ entities: 1, expiry: 0 });
});

test('a sweep removes what has expired from the file, and nothing else', async () => {
  const { directory, clock, store } = await openWithClock(5);
  await Promise.all([
    ...numbered(600).map((key) => put(store, key, 'goes', 10)),
    ...numbered(50).map((key) => put(store, `later ${key}`, 'stays', 11)),
    ...numbered(50).map((key) => put(store, `permanent ${key}`, 'stays')),
    put(store, 'key-0000', 'stays'),
  ]);
  clock.ms = startMs + 10_000;
  await vi.waitFor(
    async () => expect(await look(directory)).toEqual({ entities: 101, expiry: 50 }),
    30_000,
  );
  expect(await keys(store, 'a')).toHaveLength(101);
  clock.ms = startMs + 11_000;
  await vi.waitFor(
    async () => expect(await look(directory)).toEqual({ entities: 51, expiry: 0 }),
    30_000,
  );
  expect(await keys(store, 'a')).toHaveLength(51);
});

test('a sweep that a close ends leaves nothing by halves, and later goes on', async () => {
  const { directory, clock, open, store } = await openWithClock(1);
  const count = 20 * 256 + 100;
  const all = Array.from({ length: count }, (_, i) => `key-${i}`);
  await Promise.all(all.map((key) => put(store, key, 'goes', 10)));
  clock.ms = startMs + 10_000;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await store.close();
  const { entities, expiry } = await look(directory);
  expect(expiry).toBe(entities);
  await open();
  await vi.waitFor(
    async () => expect(await look(directory)).toEqual({ entities: 0, expiry: 0 }),
    30_000,
  );
});

test('an entity put again while its old self is being swept stays', async () => {
  const { directory, clock, store } = await openWithClock(1);
  const all = numbered(1000);
  await Promise.all(all.map((key) => put(store, key, 'goes', 10)));
  clock.ms = startMs + 10_000;
  for (let i = 0; i < 1000; i += 50)
    await Promise.all(all.slice(i, i + 50).map((key) => put(store, key, 'stays')));
  await vi.waitFor(
    async () => expect(await look(directory)).toEqual({ entities: 1000, expiry: 0 }),
    30_000,
  );
  expect(await keys(store, 'key')).toEqual(all);
});

test('keys alone leave out what has expired, swept or not, and however large', async () => {
  const { directory, clock, open, store } = await openWithClock(never);
  const large = Buffer.alloc(300_000, 'v');
  await put(store, 'a', 'stays');
  await put(store, 'b', 'goes', 10);
  await put(store, 'c', 'stays longer', 11);
  await store.put(bytes('d'), [large], { ttlMs: 10_000 });
  await store.put(bytes('e'), [large], { ttlMs: 11_000 });
  await store.put(bytes('f'), [large]);
  const alone = async (store: Store, order: 'asc' | 'desc') =>
    (await keysAlone(store, { start: bytes('a'), order })).map(String);
  expect(await alone(store, 'asc')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  clock.ms = startMs + 10_000;
  expect(await alone(store, 'asc')).toEqual(['a', 'c', 'e', 'f']);
  expect(await alone(store, 'desc')).toEqual(['f', 'e', 'c', 'a']);
  await store.close();
  expect(await look(directory)).toEqual({ entities: 6, expiry: 4 });
  clock.ms = startMs + 11_000;
  const again = await open();
  expect(await alone(again, 'asc')).toEqual(['a', 'f']);
});
