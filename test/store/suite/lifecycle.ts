/** A trait of every store: closing and opening again. */
import { expect, test } from 'vitest';
import type { Store } from '#dist/store/store.js';
import {
  bytes,
  keys,
  numbered,
  openAt,
  openNew,
  outcome,
  pages,
  put,
  type StoreFactory,
  value,
} from './factory.js';

const calls: ((store: Store) => unknown)[] = [
  (store) => store.get(bytes('a')),
  (store) => put(store, 'a', 'two'),
  (store) => store.delete(bytes('a')),
  (store) => pages(store, { start: bytes('a') }),
];

export function lifecycleTrait(factory: StoreFactory): void {
  test.each([
    ['while the store is closing', async (closing: Promise<void>) => void closing],
    ['once it is closed', (closing: Promise<void>) => closing],
  ])("get, put, delete and range fail with 'closed' %s", async (_, moment) => {
    const store = await openNew(factory);
    const write = put(store, 'a', 'one');
    const closing = store.close();
    await moment(closing);
    const outcomes = await Promise.all(calls.map((call) => outcome(() => call(store))));
    expect(outcomes).toEqual(calls.map(() => 'closed'));
    await Promise.all([write, closing]);
  });

  test("a range under way fails with 'closed' at its next page", async () => {
    const store = await openNew(factory);
    await Promise.all(numbered(600).map((key) => put(store, key, key)));
    const reader = store.range({ start: bytes('key') })[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    await store.close();
    expect(await outcome(() => reader.next())).toBe('closed');
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test('closing twice, at once or later, is neither an error nor a failure', async () => {
    const store = await openNew(factory);
    await put(store, 'a', 'one');
    await Promise.all([store.close(), store.close()]);
    await store.close();
    expect(store.failure).toBeUndefined();
  });

  test('a store that was never used closes', async () => {
    await (await openNew(factory)).close();
  });

  test('writes queued when the store is closed are finished and acknowledged', async () => {
    const place = await factory.place();
    const store = await openAt(place);
    const all = numbered(500);
    const settled: string[] = [];
    const writes = all.map((key) =>
      put(store, key, 'x'.repeat(20_000)).then(() => settled.push(key)),
    );
    const closing = store.close().then(() => settled.push('closed'));
    await Promise.all([...writes, closing]);
    expect(settled.at(-1)).toBe('closed');
    expect(settled.toSorted()).toEqual(['closed', ...all].toSorted());
    expect(await keys(await openAt(place), 'key')).toEqual(all);
  });

  test('what was acknowledged is there when it opens again, nothing deleted is', async () => {
    const place = await factory.place();
    const all = numbered(100);
    for (let round = 0; round < 2; round++) {
      const store = await openAt(place);
      if (round > 0) {
        expect(await keys(store, 'key')).toEqual(all.slice(20));
        expect(await value(store, 'key-0020')).toBe(`round ${round - 1}`);
      }
      await Promise.all(all.map((key) => put(store, key, `round ${round}`)));
      await Promise.all(all.slice(0, 20).map((key) => store.delete(bytes(key))));
      await store.close();
    }
  });

  test('versions rise across opening again', async () => {
    const place = await factory.place();
    let last = 0;
    for (let round = 0; round < 3; round++) {
      const store = await openAt(place);
      await put(store, 'a', 'one');
      const version = (await store.get(bytes('a')))?.version ?? 0;
      expect(version).toBeGreaterThan(last);
      last = version;
      await store.close();
    }
  });
}
