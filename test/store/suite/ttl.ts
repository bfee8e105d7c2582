/** A trait of every store: time to live, by a clock that the test sets. */
import { expect, test } from 'vitest';
import { maxTtlSeconds } from '#dist/config/limits.js';
import { bytes, keys, openAt, pages, put, type StoreFactory, value } from './factory.js';

/** A fraction of a second, so that rounding shows. */
const startMs = Math.floor(Date.now() / 1000) * 1000 + 123;

export function ttlTrait(factory: StoreFactory): void {
  async function openWithClock() {
    const clock = { ms: startMs };
    const place = await factory.place();
    const open = () => openAt(place, { now: () => clock.ms });
    return { clock, open, store: await open() };
  }

  test('an entity is there for exactly its time to live', async () => {
    const { clock, store } = await openWithClock();
    await put(store, 'a', 'one', 2);
    clock.ms = startMs + 1999;
    expect(await value(store, 'a')).toBe('one');
    expect(await keys(store, 'a')).toEqual(['a']);
    clock.ms = startMs + 2000;
    expect(await value(store, 'a')).toBeUndefined();
    expect(await keys(store, 'a')).toEqual([]);
  });

  test('a time to live is of its own key only, until that is put without one', async () => {
    const { clock, store } = await openWithClock();
    for (const key of ['a', 'c']) await put(store, key, 'stays');
    await put(store, 'b', 'goes', 1);
    await put(store, 'c', 'goes', 1);
    await put(store, 'd', 'goes', 1);
    await put(store, 'd', 'stays');
    clock.ms = startMs + 3_600_000;
    expect(await keys(store, 'a')).toEqual(['a', 'd']);
    expect(await value(store, 'd')).toBe('stays');
  });

  test('a new time to live replaces the old, longer or shorter', async () => {
    const { clock, store } = await openWithClock();
    await put(store, 'a', 'one', 1);
    await put(store, 'a', 'two', 100);
    await put(store, 'b', 'one', 100);
    await put(store, 'b', 'two', 1);
    clock.ms = startMs + 50_000;
    expect(await value(store, 'a')).toBe('two');
    expect(await value(store, 'b')).toBeUndefined();
  });

  test('an expired key can be put again and deleted', async () => {
    const { clock, store } = await openWithClock();
    for (const key of ['a', 'b']) await put(store, key, 'one', 1);
    clock.ms = startMs + 5000;
    await put(store, 'a', 'two');
    await store.delete(bytes('b'));
    expect(await keys(store, 'a')).toEqual(['a']);
    expect(await value(store, 'a')).toBe('two');
  });

  test('a limit counts no expired entities', async () => {
    const { clock, store } = await openWithClock();
    for (const key of ['a', 'b', 'c']) await put(store, key, 'goes', 1);
    for (const key of ['d', 'e', 'f']) await put(store, key, 'stays');
    clock.ms = startMs + 5000;
    expect(await keys(store, 'a', undefined, { limit: 2 })).toEqual(['d', 'e']);
  });

  test('the longest time to live is kept', async () => {
    const { clock, store } = await openWithClock();
    const { maxExpiresMs = Number.POSITIVE_INFINITY } = store.capabilities;
    const longest = Math.min(maxTtlSeconds, Math.floor((maxExpiresMs - startMs) / 1000));
    await put(store, 'a', 'one', longest);
    clock.ms = startMs + longest * 1000 - 1;
    expect(await value(store, 'a')).toBe('one');
    clock.ms++;
    expect(await value(store, 'a')).toBeUndefined();
  });

  test('one beyond the last expiry of the store is misuse: a TypeError', async () => {
    const { clock, store } = await openWithClock();
    const { maxExpiresMs } = store.capabilities;
    if (maxExpiresMs === undefined) return;
    clock.ms = maxExpiresMs - 1000;
    await expect(put(store, 'a', 'one', 2)).rejects.toThrow(TypeError);
    expect(await value(store, 'a')).toBeUndefined();
  });

  test('it is kept to the millisecond, and a read says when it ends', async () => {
    const { clock, store } = await openWithClock();
    await store.put(bytes('a'), [bytes('one')], { ttlMs: 1501 });
    await put(store, 'b', 'stays');
    expect(await store.get(bytes('a'))).toMatchObject({ expiresMs: startMs + 1501 });
    expect((await pages(store, { start: bytes('a') })).flat()).toMatchObject([
      { expiresMs: startMs + 1501 },
      { expiresMs: undefined },
    ]);
    clock.ms = startMs + 1500;
    expect(await value(store, 'a')).toBe('one');
    clock.ms = startMs + 1501;
    expect(await value(store, 'a')).toBeUndefined();
  });

  test('time goes on while the store is closed', async () => {
    const { clock, open, store } = await openWithClock();
    await put(store, 'a', 'goes', 10);
    await put(store, 'b', 'stays', 60);
    await store.close();
    clock.ms = startMs + 20_000;
    expect(await keys(await open(), 'a')).toEqual(['b']);
  });

  test('one that is not a time is misuse: a TypeError for its put; others go on', async () => {
    const { store } = await openWithClock();
    for (const ttlSeconds of [Number.NaN, 0, -1, 0.0005, Number.POSITIVE_INFINITY, 1e300]) {
      const key = `beside ${ttlSeconds}`;
      const [misuse, fine] = await Promise.allSettled([
        put(store, 'a', 'one', ttlSeconds),
        put(store, key, 'two'),
      ]);
      expect(misuse).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
      expect(fine).toMatchObject({ status: 'fulfilled' });
      expect(await value(store, 'a')).toBeUndefined();
      expect(await value(store, key)).toBe('two');
    }
  });
}
