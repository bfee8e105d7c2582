/** A trait of every store: removing a range, beside reads and writes of the same keys. */
import { expect, test } from 'vitest';
import { maxKeyBytes } from '#dist/config/limits.js';
import type { Allowance } from '#dist/store/store.js';
import {
  bytes,
  keys,
  numbered,
  openAt,
  outcome,
  put,
  type StoreFactory,
  sharedStore,
  value,
} from './factory.js';

/** Grants slices, and calls back before each. */
function sliced(onSlice: (number: number) => unknown): Allowance {
  let slices = 0;
  return {
    slice: async () => {
      await onSlice(slices++);
      return 1000;
    },
    take: () => {},
    give: () => {},
  };
}

export function rangeDeletionTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('the keys from start to end are removed, counted, and no others', async () => {
    const store = await openEmpty();
    for (const key of ['a', 'b', 'c', 'd', 'e']) await put(store, key, key);
    expect(await store.deleteRange({ start: bytes('bb'), end: bytes('d') })).toBe(1);
    expect(await keys(store, 'a')).toEqual(['a', 'b', 'd', 'e']);
    expect(await store.deleteRange({ start: bytes('d'), end: bytes('b') })).toBe(0);
    expect(await store.deleteRange({ start: bytes('b') })).toBe(3);
    expect(await store.deleteRange({ start: bytes('b') })).toBe(0);
    expect(await keys(store, 'a')).toEqual(['a']);
  });

  test('nothing of a long range is left, not even for those who have just read it', async () => {
    const store = await openEmpty();
    const all = numbered(1000);
    await Promise.all(all.map((key) => put(store, key, key)));
    for (const key of all) await store.get(bytes(key));
    expect(await store.deleteRange({ start: bytes('key'), end: bytes('kez') })).toBe(1000);
    for (const key of all) expect(await value(store, key)).toBeUndefined();
    expect(await keys(store, 'key')).toEqual([]);
  });

  test('a write acknowledged after the deletion is kept, and an old one is not', async () => {
    const store = await openEmpty();
    const all = numbered(600);
    await Promise.all(all.map((key) => put(store, key, 'old')));
    const writes: Promise<unknown>[] = [];
    const acknowledged = new Set<string>();
    const deletion = store.deleteRange(
      { start: bytes('key') },
      sliced((number) => {
        // Before the page that holds them, behind it, and where it may end. A slow machine makes
        // more pages than these.
        if (number >= 4) return;
        for (const key of [all[number * 100], all[599 - number], `${all[number * 128]}-new`])
          writes.push(put(store, key ?? '', 'new').then(() => acknowledged.add(key ?? '')));
      }),
    );
    const count = await deletion;
    await Promise.all(writes);
    expect(count).toBeGreaterThanOrEqual(600);
    for (const key of all) expect(await value(store, key)).toBeOneOf([undefined, 'new']);
    for (const key of await keys(store, 'key')) expect(acknowledged).toContain(key);
    await put(store, 'key-0001', 'after');
    expect(await value(store, 'key-0001')).toBe('after');
  });

  test('a caller that is gone ends it between two pages; the same call goes on', async () => {
    const store = await openEmpty();
    await Promise.all(numbered(1000).map((key) => put(store, key, 'v')));
    const gone = new Error('gone');
    const until = sliced((number) => {
      if (number === 2) throw gone;
    });
    await expect(store.deleteRange({ start: bytes('key') }, until)).rejects.toBe(gone);
    const left = (await keys(store, 'key')).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(1000);
    expect(await store.deleteRange({ start: bytes('key') })).toBe(left);
  });

  test('what was removed stays removed when the store is opened again', async () => {
    const place = await factory.place();
    const store = await openAt(place);
    await Promise.all(numbered(300).map((key) => put(store, key, 'v')));
    await put(store, 'other', 'v');
    await store.deleteRange({ start: bytes('key'), end: bytes('kez') });
    await store.close();
    expect(await outcome(() => store.deleteRange({ start: bytes('a') }))).toBe('closed');
    expect(await keys(await openAt(place), 'a')).toEqual(['other']);
  });

  test('a bound that is not a key is misuse: a TypeError', async () => {
    const store = await openEmpty();
    for (const key of [Buffer.alloc(0), Buffer.alloc(maxKeyBytes + 1)]) {
      await expect(store.deleteRange({ start: key })).rejects.toThrow(TypeError);
      await expect(store.deleteRange({ start: bytes('a'), end: key })).rejects.toThrow(TypeError);
    }
  });
}
