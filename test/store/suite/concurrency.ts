/** A trait of every store: many writes and reads at once. */
import { expect, test } from 'vitest';
import { bytes, keys, numbered, put, type StoreFactory, sharedStore, value } from './factory.js';

export function concurrencyTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('readers see a write as soon as it is acknowledged, with many writers at once', async () => {
    const store = await openEmpty();
    await Promise.all(
      Array.from({ length: 32 }, async (_, writer) => {
        const key = `writer-${writer}`;
        for (let i = 0; i < 25; i++) {
          await put(store, key, `${i}`);
          expect(await value(store, key)).toBe(`${i}`);
          if (i % 5 !== 4) continue;
          expect(await keys(store, key, `${key}\0`)).toEqual([key]);
          await store.delete(bytes(key));
          expect(await value(store, key)).toBeUndefined();
          expect(await keys(store, key, `${key}\0`)).toEqual([]);
        }
      }),
    );
  });

  test('writes of one key take effect in the order of the calls, not awaited', async () => {
    const store = await openEmpty();
    const calls: Promise<unknown>[] = numbered(200).map((_, i) => put(store, 'a', `${i}`));
    calls.push(
      put(store, 'b', 'x'),
      store.delete(bytes('b')),
      store.delete(bytes('c')),
      put(store, 'c', 'y'),
    );
    await Promise.all(calls);
    expect(await value(store, 'a')).toBe('199');
    expect(await value(store, 'b')).toBeUndefined();
    expect(await value(store, 'c')).toBe('y');
  });

  test('and so do those of many turns of the event loop, with others under way', async () => {
    const store = await openEmpty();
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 300; i++) {
      calls.push(
        put(store, 'a', `${i}`),
        i % 2 === 0 ? put(store, 'b', 'x') : store.delete(bytes('b')),
      );
      if (i % 3 === 0) await new Promise(setImmediate);
    }
    await Promise.all(calls);
    expect(await value(store, 'a')).toBe('299');
    expect(await value(store, 'b')).toBeUndefined();
  });

  test('a value read while it is being written is one that was put, whole', async () => {
    const store = await openEmpty();
    const filled = (i: number) => Buffer.alloc(20_000, i);
    await store.put(bytes('a'), [filled(0)]);
    let writing = true;
    const writes = (async () => {
      for (let i = 1; i <= 60; i++) await store.put(bytes('a'), [filled(i)]);
      writing = false;
    })();
    let last = 0;
    while (writing) {
      const found = (await store.get(bytes('a')))?.value ?? bytes('none');
      const i = found[0] ?? -1;
      expect(Buffer.compare(found, filled(i))).toBe(0);
      expect(i).toBeGreaterThanOrEqual(last);
      last = i;
      await new Promise(setImmediate);
    }
    await writes;
  });

  test('all of many writes made at once are there when all are acknowledged', async () => {
    const store = await openEmpty();
    const all = Array.from({ length: 3000 }, (_, i) => `k${String(i).padStart(5, '0')}`);
    await Promise.all(all.map((key) => put(store, key, key)));
    expect(await keys(store, 'k')).toEqual(all);
  });
}
