/** The LMDB store is asked for more than it may take, or than the system gives it. */
import { describe, expect, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import type { Store } from '#dist/store/store.js';
import { temporaryDirectory } from '../../../support/directory.js';
import { bytes, keys, numbered, openAt, outcome, put, value } from '../../suite/factory.js';
import { type Child, startChild } from '../child/child.js';

const KiB = 1024;
const fiveDigits = (number: number) => `key-${String(number).padStart(5, '0')}`;

/** Makes the calls at once and sorts the keys by how their put ended. */
async function putAll(store: Store, all: readonly string[], valueBytes: number) {
  const outcomes = await Promise.all(
    all.map((key) => outcome(() => store.put(bytes(key), [Buffer.alloc(valueBytes, key)]))),
  );
  const ending = (code: string) => all.filter((_, i) => outcomes[i] === code);
  return {
    outcomes,
    stored: ending('no error'),
    refused: ending('overloaded'),
    full: ending('full'),
  };
}

describe("more writes than may wait are 'overloaded'", () => {
  test('by count: the first maxQueuedWrites are stored, and later ones are again', async () => {
    const directory = await temporaryDirectory();
    const limits = makeLimits({ maxQueuedWrites: 10 });
    const store = await openAt({ open: () => openLmdb({ directory, limits }) });
    const all = numbered(25);
    const { stored, refused } = await putAll(store, all, 10);
    expect(stored).toEqual(all.slice(0, 10));
    expect(refused).toEqual(all.slice(10));
    expect(await keys(store, 'key')).toEqual(stored);
    expect(store.failure).toBeUndefined();
    expect((await putAll(store, refused.slice(0, 10), 10)).refused).toEqual([]);
    expect(await keys(store, 'key')).toEqual(all.slice(0, 20));
  });

  test('by bytes: as many are stored as fit maxQueuedBytes; a smaller one may fit', async () => {
    const directory = await temporaryDirectory();
    const limits = makeLimits({ maxValueBytes: 50 * KiB, maxQueuedBytes: 100 * KiB });
    const store = await openAt({ open: () => openLmdb({ directory, limits }) });
    const large = putAll(store, numbered(5), 40 * KiB);
    const small = put(store, 'small', 'x');
    const { stored, refused } = await large;
    await small;
    expect(stored).toEqual(numbered(5).slice(0, 2));
    expect(refused).toEqual(numbered(5).slice(2));
    expect(await keys(store, 'key')).toEqual([...stored, 'small']);
  });

  test('the largest value allowed is always taken by an idle store', async () => {
    const directory = await temporaryDirectory();
    const limits = makeLimits({ maxValueBytes: 50 * KiB, maxQueuedBytes: 51 * KiB });
    const store = await openAt({ open: () => openLmdb({ directory, limits }) });
    await store.put(Buffer.alloc(KiB, 'k'), [Buffer.alloc(50 * KiB)]);
    expect((await store.get(Buffer.alloc(KiB, 'k')))?.value).toHaveLength(50 * KiB);
  });

  test('and everything acknowledged is there when the store is opened again', async () => {
    const directory = await temporaryDirectory();
    const limits = makeLimits({ maxQueuedWrites: 7 });
    const first = await openAt({ open: () => openLmdb({ directory, limits }) });
    const stored: string[] = [];
    for (let i = 0; i < 10; i++)
      stored.push(...(await putAll(first, numbered(100).slice(i * 10, i * 10 + 10), 10)).stored);
    expect(stored).toHaveLength(70);
    await first.close();
    const second = await openAt({ open: () => openLmdb({ directory, limits }) });
    expect(await keys(second, 'key')).toEqual(stored);
  });
});

describe.runIf(process.platform === 'linux')('a system that refuses', () => {
  /** Puts numbered keys, twenty at a time, until one has no room. @returns those stored */
  async function putUntilFull(child: Child, valueBytes: number): Promise<string[]> {
    const stored: string[] = [];
    for (let first = 0; ; first += 20) {
      const writes = Array.from({ length: 20 }, (_, i) => ({
        key: fiveDigits(first + i),
        valueBytes,
      }));
      const { endings } = (await child.ask({ do: 'many', writes })) as { endings: string[] };
      stored.push(...writes.flatMap(({ key }, i) => (endings[i] === 'stored' ? [key] : [])));
      const refusals = endings.filter((ending) => ending !== 'stored');
      if (refusals.length === 0) continue;
      expect(new Set(refusals)).toEqual(new Set(['full']));
      return stored;
    }
  }

  test.each([3000, 20 * KiB])(
    "a larger file makes the store 'full' (%d bytes each): none is lost, deleting makes room",
    async (valueBytes) => {
      const directory = await temporaryDirectory();
      const child = await startChild('./holder.mjs', { largestFileBytes: 8 * KiB * KiB });
      expect(await child.ask({ do: 'open', directory })).toEqual({});
      const putOne = (key: string) => child.ask({ do: 'put', key, value: 'v', valueBytes });
      const stored = await putUntilFull(child, valueBytes);
      expect(stored.length).toBeGreaterThan(20);
      for (let i = 0; i < 10; i++) {
        const { code } = await putOne(fiveDigits(90_000 + i));
        if (code === undefined) stored.push(fiveDigits(90_000 + i));
        else expect(code).toBe('full');
      }
      expect(await child.ask({ do: 'failure' })).toEqual({});
      for (const key of stored)
        expect((await child.ask({ do: 'get', key })).value, key).toHaveLength(valueBytes);
      const half = Math.ceil(stored.length / 2);
      const writes = stored.slice(10, half).map((key) => ({ key }));
      const { endings } = await child.ask({ do: 'many', writes });
      expect(endings).toEqual(writes.map(() => 'stored'));
      // Pages that a commit frees can be used after the next one.
      for (const key of stored.slice(0, 10))
        expect(await child.ask({ do: 'delete', key }), key).toEqual({});
      expect(await putOne('new')).toEqual({});
      await child.kill();
      const store = await openAt({ open: () => openLmdb({ directory }) });
      expect(await keys(store, 'key')).toEqual([...stored.slice(half), 'new']);
    },
  );

  test('an atomic batch that does not fit is full, and none of it is stored', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs', { largestFileBytes: 8 * KiB * KiB });
    expect(await child.ask({ do: 'open', directory })).toEqual({});
    const stored = await putUntilFull(child, 3000);
    const larger = numbered(300).map((key) => ({ key, valueBytes: 3000 }));
    const writes = [...stored.slice(0, 5).map((key) => ({ key })), ...larger];
    expect(await child.ask({ do: 'atomic', writes })).toMatchObject({ code: 'full' });
    expect(await child.ask({ do: 'failure' })).toEqual({});
    const deletions = stored.slice(5, 25).map((key) => ({ key }));
    expect(await child.ask({ do: 'atomic', writes: deletions })).toEqual({});
    await child.kill();
    const store = await openAt({ open: () => openLmdb({ directory }) });
    expect(await keys(store, 'key')).toEqual([...stored.slice(0, 5), ...stored.slice(25)]);
  });

  test('a larger file, time and again, ends no process and loses no write', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs', { largestFileBytes: 256 * KiB });
    expect(await child.ask({ do: 'open', directory })).toEqual({});
    const stored = await putUntilFull(child, 100);
    let refused = 0;
    for (let i = 90_000; refused < 100; i++) {
      const key = fiveDigits(i);
      const { code } = await child.ask({ do: 'put', key, value: 'v', valueBytes: 100 });
      if (code === undefined) stored.push(key);
      else if (code === 'full') refused++;
      else expect(code).toBe('full');
    }
    expect(await child.ask({ do: 'failure' })).toEqual({});
    await child.kill();
    const store = await openAt({ open: () => openLmdb({ directory }) });
    expect(await keys(store, 'key')).toEqual(stored);
  });

  test('a larger file refuses only those writes of a commit that have no room', async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs', { largestFileBytes: 2 * KiB * KiB });
    expect(await child.ask({ do: 'open', directory })).toEqual({});
    const model = new Map<string, number>();
    const endingsOf = async (writes: readonly { key: string; valueBytes?: number }[]) => {
      const { endings } = (await child.ask({ do: 'many', writes })) as { endings: string[] };
      for (const [i, { key, valueBytes }] of writes.entries())
        if (endings[i] !== 'stored') expect(endings[i]).toBe('full');
        else if (valueBytes === undefined) model.delete(key);
        else model.set(key, valueBytes);
      return endings;
    };
    const names = numbered(200);
    const first = await endingsOf(names.map((key) => ({ key, valueBytes: 20 * KiB })));
    expect(new Set(first)).toEqual(new Set(['stored', 'full']));
    // Each key is deleted or given a small value, and one that is large beside it.
    const mixed = names.flatMap((key, i) => [
      i % 2 === 0 ? { key } : { key, valueBytes: 10 },
      { key: `more-${key}`, valueBytes: 60 * KiB },
    ]);
    const endings = await endingsOf(mixed);
    expect(new Set(endings)).toEqual(new Set(['stored', 'full']));
    expect(endings.filter((_, i) => mixed[i]?.valueBytes === undefined)).not.toContain('full');
    expect(await child.ask({ do: 'failure' })).toEqual({});
    await child.kill();
    const store = await openAt({ open: () => openLmdb({ directory }) });
    expect(await keys(store, '0')).toEqual([...model.keys()].sort());
    for (const [key, valueBytes] of model)
      expect((await store.get(bytes(key)))?.value, key).toHaveLength(valueBytes);
  });

  test("a larger file makes the store 'full' while a reader keeps pages from use", async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs', { largestFileBytes: 8 * KiB * KiB });
    const { filled, beside, after } = await child.ask({ do: 'writeBesideReader', directory });
    expect(filled).toBeGreaterThan(300);
    // Then it was refused: LMDB would not have found its pages.
    expect(beside).toBeLessThan(1000);
    expect(after).toBe(1000);
  });

  test("to write fails the write and every later one with 'failed'; reads go on", async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs');
    await child.ask({ do: 'open', directory });
    await child.ask({ do: 'put', key: 'a', value: 'one' });
    expect((await child.ask({ do: 'loseDescriptors', of: 'journal-0' })).lost).toBeGreaterThan(0);
    for (let i = 0; i < 2; i++)
      expect(await child.ask({ do: 'put', key: 'a', value: 'two' })).toMatchObject({
        code: 'failed',
      });
    expect(await child.ask({ do: 'delete', key: 'a' })).toMatchObject({ code: 'failed' });
    expect(await child.ask({ do: 'failure' })).toMatchObject({ failure: 'failed' });
    expect(await child.ask({ do: 'get', key: 'a' })).toEqual({ value: 'one' });
    expect(await child.ask({ do: 'close' })).toEqual({});
    // It could not take its claim back, so the file is free when it has ended.
    await child.kill();
    const store = await openAt({ open: () => openLmdb({ directory }) });
    expect(await value(store, 'a')).toBe('one');
  });

  test("many writes under way are 'failed' from the first on, and none is stored", async () => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs');
    await child.ask({ do: 'open', directory });
    await child.ask({ do: 'put', key: 'a', value: 'one' });
    await child.ask({ do: 'loseDescriptors', of: 'journal-0' });
    const writes = numbered(50).map((key) => ({ key, valueBytes: 10 }));
    expect(await child.ask({ do: 'many', writes })).toEqual({
      endings: writes.map(() => 'failed'),
    });
    expect(await child.ask({ do: 'close' })).toEqual({});
    // It could not take its claim back, so the file is free when it has ended.
    await child.kill();
    const store = await openAt({ open: () => openLmdb({ directory }) });
    expect(await keys(store, '0')).toEqual(['a']);
  });
});

test.each(['checkpoint-thread.js', 'journal-thread.js'])(
  '%s that dies fails all writes; reads go on, and the store closes',
  async (file) => {
    const directory = await temporaryDirectory();
    const child = await startChild('./holder.mjs');
    await child.ask({ do: 'open', directory });
    await child.ask({ do: 'put', key: 'a', value: 'one' });
    await child.ask({ do: 'endThread', file });
    await expect
      .poll(async () => (await child.ask({ do: 'failure' })).failure, { timeout: 30_000 })
      .toBe('failed');
    for (let i = 0; i < 2; i++)
      expect(await child.ask({ do: 'put', key: 'a', value: 'two' })).toMatchObject({
        code: 'failed',
        message: /restart the server/,
      });
    expect(await child.ask({ do: 'failure' })).toMatchObject({ failure: 'failed' });
    expect(await child.ask({ do: 'get', key: 'a' })).toEqual({ value: 'one' });
    expect(await child.ask({ do: 'close' })).toEqual({});
    expect(await child.ask({ do: 'open', directory })).toEqual({});
    expect(await child.ask({ do: 'put', key: 'a', value: 'three' })).toEqual({});
    expect(await child.ask({ do: 'get', key: 'a' })).toEqual({ value: 'three' });
  },
);
