/** Work that is not small takes slices of time, and large values are paid for. */
import { expect, test } from 'vitest';
import { makeLimits, pieceBytes } from '#dist/config/limits.js';
import type { Allowance } from '#dist/store/store.js';
import {
  asPromise,
  bytes,
  numbered,
  openAt,
  openNew,
  outcome,
  pages,
  put,
  type StoreFactory,
  sharedStore,
} from './factory.js';

/** Grants all that it is asked for, and keeps count. */
class Counted implements Allowance {
  slices = 0;
  heldBytes = 0;
  onTake: () => unknown = () => {};

  async slice(): Promise<number> {
    this.slices++;
    return 1000;
  }

  async take(count: number): Promise<void> {
    await this.onTake();
    this.heldBytes += count;
  }

  give(count: number): void {
    this.heldBytes -= count;
  }
}

export function allowanceTrait(factory: StoreFactory): void {
  const open = sharedStore(factory);

  test.each([0, 1, pieceBytes - 1, pieceBytes])(
    'a value of %i bytes is the caller’s to pay for',
    async (length) => {
      const store = await open();
      const value = Buffer.alloc(length, 'v');
      await store.put(bytes('k'), [value]);
      const allowance = new Counted();
      const entity = await store.get(bytes('k'), {}, allowance);
      expect(Buffer.compare(entity?.value ?? bytes('absent'), value)).toBe(0);
      expect(allowance.heldBytes).toBe(0);
    },
  );

  test.each([pieceBytes + 1, pieceBytes + 9, 2 * pieceBytes, 16 * 1024 * 1024])(
    'a value of %i bytes is paid for exactly, whether it expires or not',
    async (length) => {
      const store = await open();
      const value = Buffer.alloc(length, 'value');
      await store.put(bytes('k'), [value]);
      await store.put(bytes('short-lived'), [value], { ttlMs: 1_000_000 });
      for (const key of ['k', 'short-lived']) {
        const allowance = new Counted();
        const entity = await store.get(bytes(key), {}, allowance);
        expect(Buffer.compare(entity?.value ?? bytes('absent'), value)).toBe(0);
        expect(allowance.heldBytes).toBe(length);
        expect(allowance.slices).toBeGreaterThan(0);
      }
      const range = new Counted();
      const found = [];
      for await (const page of store.range({ start: bytes('k') }, range)) found.push(...page);
      expect(found.map((entity) => Buffer.compare(entity.value, value))).toEqual([0, 0]);
      expect(range.heldBytes).toBe(2 * length);
    },
  );

  test.each([
    ['a larger one', 4 * pieceBytes, 4 * pieceBytes],
    ['a smaller one', 2 * pieceBytes, 2 * pieceBytes],
    ['one that is not large', 10, 0],
    ['nothing', undefined, 0],
  ])('a large value that is replaced by %s while it waits', async (_, length, heldBytes) => {
    const store = await open();
    await store.put(bytes('k'), [Buffer.alloc(3 * pieceBytes, 'old')]);
    const allowance = new Counted();
    const value = length === undefined ? undefined : Buffer.alloc(length, 'new');
    allowance.onTake = async () => {
      allowance.onTake = () => {};
      await (value ? store.put(bytes('k'), [value]) : store.delete(bytes('k')));
    };
    const entity = await store.get(bytes('k'), {}, allowance);
    // Where a read is of the moment at which it began, it may return the old value, paid for.
    const old = 3 * pieceBytes;
    if (!factory.offers.freshPages && entity?.value.length === old) {
      expect(Buffer.compare(entity.value, Buffer.alloc(old, 'old'))).toBe(0);
      expect(allowance.heldBytes).toBe(old);
      return;
    }
    expect(entity?.value.length).toBe(length);
    if (entity && value) expect(Buffer.compare(entity.value, value)).toBe(0);
    expect(allowance.heldBytes).toBe(heldBytes);
  });

  test.each(['take', 'slice'] as const)(
    'a large value is not read if %s is refused, and the error is the caller’s',
    async (method) => {
      const store = await open();
      await store.put(bytes('k'), [Buffer.alloc(3 * pieceBytes)]);
      const refusal = new Error('refused');
      const allowance = Object.assign(new Counted(), { [method]: () => Promise.reject(refusal) });
      await expect(asPromise(() => store.get(bytes('k'), {}, allowance))).rejects.toBe(refusal);
    },
  );

  test.runIf(factory.offers.pages)('a range asks for a slice before each page', async () => {
    const store = await openNew(factory, { limits: makeLimits({ rangePageMs: 60_000 }) });
    await Promise.all(numbered(10).map((key) => put(store, key, key)));
    const allowance = new Counted();
    for await (const page of store.range({ start: bytes('key') }, allowance)) {
      expect(page).toHaveLength(10);
      expect(allowance.slices).toBe(1);
    }
  });

  test('a large value stands alone in its page, in its place', async () => {
    const store = await openNew(factory, { limits: makeLimits({ rangePageMs: 60_000 }) });
    const large = Buffer.alloc(pieceBytes + 1);
    for (const key of ['a', 'b', 'c', 'd', 'e'])
      await store.put(bytes(key), [key === 'c' || key === 'e' ? large : bytes('v')]);
    const found = (await pages(store, { start: bytes('a') })).filter(({ length }) => length > 0);
    expect(found.map((page) => page.map(({ key }) => Buffer.from(key).toString()))).toEqual([
      ['a', 'b'],
      ['c'],
      ['d'],
      ['e'],
    ]);
    const limited = (await pages(store, { start: bytes('a'), limit: 3 })).flat();
    expect(limited.map(({ key }) => Buffer.from(key).toString())).toEqual(['a', 'b', 'c']);
  });

  test('a large value is stored in slices, a small one without', async () => {
    const store = await open();
    const large = Buffer.alloc(3 * pieceBytes, 'large');
    const small = new Counted();
    await store.put(bytes('small'), [large.subarray(0, pieceBytes)], {}, small);
    expect(small.slices).toBe(0);
    const allowance = new Counted();
    await store.put(bytes('k'), [large.subarray(0, 10), large.subarray(10)], {}, allowance);
    expect(allowance.slices).toBeGreaterThan(0);
    expect(Buffer.compare((await store.get(bytes('k')))?.value ?? bytes(''), large)).toBe(0);
  });

  test('large and small writes at once are all stored, with rising versions', async () => {
    const store = await open();
    const keys = numbered(20);
    const valueAt = (at: number) => Buffer.alloc(at % 4 === 0 ? 2 * pieceBytes : 5, keys[at]);
    await Promise.all(
      keys.map((key, at) => store.put(bytes(key), [valueAt(at)], {}, new Counted())),
    );
    for (const [at, key] of keys.entries())
      expect(Buffer.compare((await store.get(bytes(key)))?.value ?? bytes(''), valueAt(at))).toBe(
        0,
      );
    const before = (await store.get(bytes('key-0000')))?.version ?? 0;
    await store.put(bytes('key-0000'), [Buffer.alloc(2 * pieceBytes)], {}, new Counted());
    expect((await store.get(bytes('key-0000')))?.version).toBeGreaterThan(before);
  });

  test('a large value is not stored if its slice is refused', async () => {
    const store = await open();
    const refusal = new Error('refused');
    const allowance = Object.assign(new Counted(), { slice: () => Promise.reject(refusal) });
    const writing = store.put(bytes('k'), [Buffer.alloc(2 * pieceBytes)], {}, allowance);
    await expect(writing).rejects.toBe(refusal);
    expect(await store.get(bytes('k'))).toBeUndefined();
  });

  test('a store that is closed finishes the large writes that it took', async () => {
    const place = await factory.place();
    const store = await openAt(place);
    const writing = store.put(bytes('k'), [Buffer.alloc(8 * pieceBytes, 'v')], {}, new Counted());
    await store.close();
    await writing;
    const again = await openAt(place);
    expect((await again.get(bytes('k')))?.value.length).toBe(8 * pieceBytes);
  });

  test('a large value that is copied counts as waiting', async () => {
    const limits = makeLimits({ maxValueBytes: 4 * pieceBytes, maxQueuedBytes: 5 * pieceBytes });
    const store = await openNew(factory, { limits });
    const value = [Buffer.alloc(4 * pieceBytes)];
    const ends = await Promise.all(
      ['a', 'b'].map((key) => outcome(() => store.put(bytes(key), value, {}, new Counted()))),
    );
    expect(ends).toEqual(['no error', 'overloaded']);
  });
}
