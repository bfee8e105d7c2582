/** A trait of every store: ranges: order, bounds, pages, readers that leave. */
import { expect, test } from 'vitest';
import { makeLimits, maxKeyBytes } from '#dist/config/limits.js';
import {
  bytes,
  keys,
  keysAlone,
  numbered,
  openNew,
  pages,
  put,
  type StoreFactory,
  sharedStore,
  value,
} from './factory.js';

/** So long that only what a page holds ends it. */
const rangePageMs = 60_000;

export function rangeTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);
  const openFourAPage = sharedStore(factory, {
    limits: makeLimits({ rangePageEntities: 4, rangePageMs }),
  });
  const openKilobyteAPage = sharedStore(factory, {
    limits: makeLimits({ rangePageBytes: 1000, rangePageMs }),
  });

  test('start is included, end is excluded, neither has to be a key', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b', 'c', 'd']) await put(store, key, key);
    expect(await keys(store, 'b')).toEqual(['b', 'c', 'd']);
    expect(await keys(store, 'b', 'd')).toEqual(['b', 'c']);
    expect(await keys(store, 'aa', 'cc')).toEqual(['b', 'c']);
    expect(await keys(store, 'b', 'z')).toEqual(['b', 'c', 'd']);
    expect(await keys(store, 'e')).toEqual([]);
  });

  test('a range that ends at or before its start is empty', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b', 'c']) await put(store, key, key);
    expect(await keys(store, 'b', 'b')).toEqual([]);
    expect(await keys(store, 'b', 'a')).toEqual([]);
    expect(await keys(store, 'b', 'aaaa')).toEqual([]);
  });

  test('a bound that is not a key, empty or longer than any, is misuse: a TypeError', async () => {
    const store = await openEmpty();
    for (const length of [0, maxKeyBytes + 1, 2 * maxKeyBytes, 100 * maxKeyBytes])
      for (const name of ['start', 'end', 'after'])
        await expect(
          pages(store, { start: bytes('a'), [name]: Buffer.alloc(length, 'k') }),
        ).rejects.toThrow(TypeError);
  });

  test('a descending range has the entities of the ascending one, the last one first', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b', 'c', 'd']) await put(store, key, key);
    const order = 'desc';
    expect(await keys(store, 'b', undefined, { order })).toEqual(['d', 'c', 'b']);
    expect(await keys(store, 'b', 'd', { order })).toEqual(['c', 'b']);
    expect(await keys(store, 'aa', 'cc', { order })).toEqual(['c', 'b']);
    expect(await keys(store, 'a', 'z', { order, limit: 3 })).toEqual(['d', 'c', 'b']);
    expect(await keys(store, 'c', 'b', { order })).toEqual([]);
    expect(await keys(store, 'e', undefined, { order })).toEqual([]);
  });

  test('a range goes on behind `after`, which need not exist or lie within it', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b', 'c', 'd']) await put(store, key, key);
    const behind = (after: string, order: 'asc' | 'desc') =>
      keys(store, 'b', 'd', { after: bytes(after), order });
    for (const [after, asc, desc] of [
      ['a', ['b', 'c'], []],
      ['b', ['c'], []],
      ['bb', ['c'], ['b']],
      ['c', [], ['b']],
      ['cc', [], ['c', 'b']],
      ['d', [], ['c', 'b']],
      ['z', [], ['c', 'b']],
    ] as const)
      expect([after, await behind(after, 'asc'), await behind(after, 'desc')]).toEqual([
        after,
        asc,
        desc,
      ]);
  });

  test.each(['asc', 'desc'] as const)(
    'keys alone are those of the %sending range, over pages too',
    async (order) => {
      const store = await openFourAPage();
      const all = numbered(100);
      await Promise.all(all.map((key) => put(store, key, key)));
      const found = await keysAlone(store, { start: bytes('key'), order });
      const expected = order === 'asc' ? all : all.toReversed();
      expect(found).toEqual(expected.map(bytes));
    },
  );

  test('an empty store has an empty range', async () => {
    expect(await keys(await openEmpty(), '\0')).toEqual([]);
  });

  test('a limit counts entities from the start, over pages too', async () => {
    const store = await openFourAPage();
    const all = numbered(10);
    await Promise.all(all.map((key) => put(store, key, key)));
    for (const limit of [0, 1, 3, 4, 5, 8, 9, 10, 11])
      expect(await keys(store, 'key', undefined, { limit })).toEqual(all.slice(0, limit));
    expect(await keys(store, all[2] ?? '', all[7] ?? '', { limit: 6 })).toEqual(all.slice(2, 7));
  });

  test('deleted entities are not in a range', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b', 'c']) await put(store, key, key);
    await store.delete(bytes('b'));
    expect(await keys(store, 'a')).toEqual(['a', 'c']);
  });

  test('values in a range are those that get returns', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b']) await put(store, key, `value of ${key}`);
    for (const entity of (await pages(store, { start: bytes('a') })).flat())
      expect(await store.get(entity.key)).toEqual(entity);
  });

  test.each(['asc', 'desc'] as const)(
    'an entity there all along is yielded once while others come and go: %sending',
    async (order) => {
      const store = await openFourAPage();
      const all = numbered(40);
      const stays = all.filter((_, i) => i % 2 === 0);
      await Promise.all(all.map((key) => put(store, key, 'old')));
      const seen: string[] = [];
      for await (const page of store.range({ start: bytes('key'), order })) {
        seen.push(...page.map(({ key }) => Buffer.from(key).toString()));
        // Right behind and right before the reader, the place where it stands included.
        const at = all.indexOf(seen.at(-1) ?? '');
        for (const near of [at - 1, at, at + 1, at + 2]) {
          const key = all[near] ?? '';
          if (near % 2 === 1) await store.delete(bytes(key || 'none'));
          else if (key) await put(store, key, 'new');
        }
        await put(store, `${all[at] ?? 'key'}-more`, 'new');
      }
      const inOrder = (keys: string[]) => (order === 'asc' ? keys : keys.toReversed());
      expect(seen.filter((key) => stays.includes(key))).toEqual(inOrder(stays));
      expect(seen).toEqual(inOrder([...new Set(seen)].sort()));
    },
  );

  test.runIf(factory.offers.freshPages)(
    'a page read after an acknowledged write shows it',
    async () => {
      const store = await openFourAPage();
      for (const key of ['a', 'b', 'c', 'd', 'e']) await put(store, key, 'old');
      const reader = store.range({ start: bytes('a') })[Symbol.asyncIterator]();
      await reader.next();
      await put(store, 'e', 'new');
      const { value: page } = await reader.next();
      expect(
        page?.map((entity: { value: Uint8Array }) => Buffer.from(entity.value).toString()),
      ).toEqual(['new']);
      await reader.return?.();
    },
  );

  test('readers that leave in the middle hold up neither writes, reads nor close', async () => {
    const store = await openNew(factory, { limits: makeLimits({ rangePageEntities: 2 }) });
    const all = numbered(10);
    await Promise.all(all.map((key) => put(store, key, 'old')));
    for (let i = 0; i < 50; i++) for await (const _ of store.range({ start: bytes('key') })) break;
    const abandoned = store.range({ start: bytes('key') })[Symbol.asyncIterator]();
    await abandoned.next();
    await put(store, 'key-0003', 'new');
    expect(await value(store, 'key-0003')).toBe('new');
    expect(await keys(store, 'key')).toEqual(all);
    await store.close();
  });

  test.runIf(factory.offers.pages)('a page holds at most rangePageEntities entities', async () => {
    const store = await openFourAPage();
    await Promise.all(numbered(10).map((key) => put(store, key, key)));
    const sizes = (await pages(store, { start: bytes('key') })).map((page) => page.length);
    expect(sizes).toEqual([4, 4, 2]);
  });

  test.runIf(factory.offers.pages)(
    'a page ends with the entity that fills rangePageBytes',
    async () => {
      const store = await openKilobyteAPage();
      const value_ = 'v'.repeat(400);
      await Promise.all(numbered(7).map((key) => put(store, key, value_)));
      const sizes = (await pages(store, { start: bytes('key') })).map((page) => page.length);
      expect(sizes).toEqual([3, 3, 1]);
    },
  );

  test.runIf(factory.offers.pages)(
    'a value larger than rangePageBytes is sent all the same, alone',
    async () => {
      const store = await openKilobyteAPage();
      const large = Buffer.alloc(5000, 'v');
      await Promise.all(numbered(3).map((key) => store.put(bytes(key), [large])));
      const all = (await pages(store, { start: bytes('key') })).filter((page) => page.length > 0);
      expect(all.map((page) => page.map((entity) => entity.value.length))).toEqual([
        [5000],
        [5000],
        [5000],
      ]);
    },
  );
}
