/** A trait of every store: values of every size, put, read and deleted. */
import { expect, test } from 'vitest';
import { bytes, openAt, put, type StoreFactory, sharedStore, value } from './factory.js';

export function valueTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('a put value comes back, under the key it was put under only', async () => {
    const store = await openEmpty();
    await put(store, 'a', 'one');
    expect(await store.get(bytes('a'))).toMatchObject({ key: bytes('a'), value: bytes('one') });
    expect(await value(store, 'b')).toBeUndefined();
  });

  test('the newest of several values wins', async () => {
    const store = await openEmpty();
    for (const text of ['one', 'a longer two', '3']) await put(store, 'a', text);
    expect(await value(store, 'a')).toBe('3');
  });

  test('a deleted key is absent, and can be put again', async () => {
    const store = await openEmpty();
    await put(store, 'a', 'one');
    await put(store, 'b', 'other');
    await store.delete(bytes('a'));
    expect(await value(store, 'a')).toBeUndefined();
    expect(await value(store, 'b')).toBe('other');
    await put(store, 'a', 'two');
    expect(await value(store, 'a')).toBe('two');
  });

  test('deleting an absent key succeeds', async () => {
    const store = await openEmpty();
    await store.delete(bytes('a'));
    expect(await value(store, 'a')).toBeUndefined();
  });

  test('an empty value is present, whether it came in no piece or in empty ones', async () => {
    const store = await openEmpty();
    await store.put(bytes('a'), []);
    await store.put(bytes('b'), [bytes(''), bytes('')]);
    for (const key of ['a', 'b']) expect(await value(store, key)).toBe('');
  });

  test('a value in several pieces is their bytes in order', async () => {
    const store = await openEmpty();
    await store.put(bytes('a'), ['on', '', 'e tw', 'o'].map(bytes));
    expect(await value(store, 'a')).toBe('one two');
  });

  test('pieces may be views into larger memory', async () => {
    const store = await openEmpty();
    const memory = new Uint8Array([1, 2, 3, 4, 5]);
    await store.put(memory.subarray(1, 2), [memory.subarray(2, 4)]);
    expect(await store.get(new Uint8Array([2]))).toMatchObject({ value: Buffer.from([3, 4]) });
  });

  test('1 MiB of every byte value comes back exactly, also from a store opened again', async () => {
    const place = await factory.place();
    const large = Buffer.alloc(1024 * 1024, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));
    const first = await openAt(place);
    await first.put(bytes('a'), [large.subarray(0, 400_001), large.subarray(400_001)]);
    expect(large.equals((await first.get(bytes('a')))?.value ?? bytes(''))).toBe(true);
    await first.close();
    const second = await openAt(place);
    expect(large.equals((await second.get(bytes('a')))?.value ?? bytes(''))).toBe(true);
  });

  test('an entity stays as it was read when its key is overwritten', async () => {
    const store = await openEmpty();
    await put(store, 'a', 'one');
    const entity = await store.get(bytes('a'));
    await put(store, 'a', 'two');
    for (let i = 0; i < 20; i++) await put(store, `other ${i}`, 'x');
    expect(Buffer.from(entity?.value ?? '').toString()).toBe('one');
  });

  test.each([1, 100, 5_000, 40_000, 1_000_000])(
    'an entity of %i bytes stays as it was read when others are read after it',
    async (length) => {
      const store = await openEmpty();
      const names = ['a', 'b', 'c'];
      for (const name of names) await store.put(bytes(name), [Buffer.alloc(length, name)]);
      const read = await Promise.all(names.map((name) => store.get(bytes(name))));
      for (const [i, name] of names.entries())
        expect(Buffer.alloc(length, name).equals(read[i]?.value ?? bytes(''))).toBe(true);
    },
  );

  test('memory may be reused once the put has settled', async () => {
    const store = await openEmpty();
    const memory = bytes('one');
    await store.put(bytes('a'), [memory]);
    memory.fill(0);
    expect(await value(store, 'a')).toBe('one');
  });

  test('versions rise with every put, whatever the key', async () => {
    const store = await openEmpty();
    let last = 0;
    for (const key of ['b', 'a', 'b', 'c', 'a']) {
      await put(store, key, 'x');
      const version = (await store.get(bytes(key)))?.version ?? 0;
      expect(Number.isSafeInteger(version)).toBe(true);
      expect(version).toBeGreaterThan(last);
      last = version;
    }
  });
}
