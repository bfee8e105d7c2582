/** A trait of every store: keys of every length and byte, and what is not a key. */
import { expect, test } from 'vitest';
import { maxKeyBytes } from '#dist/config/limits.js';
import {
  asPromise,
  bytes,
  keys,
  pages,
  put,
  type StoreFactory,
  sharedStore,
  value,
} from './factory.js';

export function keyTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  test('keys are bytes: zeros, high bytes and invalid UTF-8 are kept apart and exact', async () => {
    const store = await openEmpty();
    const all = [
      [0],
      [0, 0],
      [0, 1],
      [1],
      [0x7f],
      [0x80],
      [0xc3],
      [0xc3, 0xa9],
      [0xff],
      [0xff, 0xff],
    ];
    for (const key of all) await store.put(Buffer.from(key), [Buffer.from([...key, 7])]);
    for (const key of all)
      expect(await store.get(Buffer.from(key))).toMatchObject({ value: Buffer.from([...key, 7]) });
    const found = (await pages(store, { start: Buffer.from([0]) })).flat();
    expect(found.map(({ key }) => [...key])).toEqual(all);
  });

  test('a range is sorted by unsigned bytes, whatever the order of the puts', async () => {
    const store = await openEmpty();
    for (const key of ['b', 'a', 'aa', 'é', 'Z', 'ab', 'a\0']) await put(store, key, key);
    expect(await keys(store, '\0')).toEqual(['Z', 'a', 'a\0', 'aa', 'ab', 'b', 'é']);
  });

  test(`keys of 1 and of ${maxKeyBytes} bytes are kept, found, listed and deleted`, async () => {
    const store = await openEmpty();
    const long = Buffer.alloc(maxKeyBytes, 0xff);
    const sibling = Buffer.from(long);
    sibling[maxKeyBytes - 1] = 0xfe;
    const all = [Buffer.alloc(1), Buffer.alloc(maxKeyBytes), sibling, long];
    for (const [i, key] of all.entries()) await store.put(key, [bytes(`${i}`)]);
    for (const [i, key] of all.entries())
      expect(await store.get(key)).toMatchObject({ value: bytes(`${i}`) });
    const found = (await pages(store, { start: Buffer.alloc(1) })).flat();
    expect(found.map(({ key }, i) => Buffer.compare(key, all[i] ?? long))).toEqual([0, 0, 0, 0]);
    await store.delete(long);
    expect(await store.get(long)).toBeUndefined();
    expect(await store.get(sibling)).toBeDefined();
  });

  test.each([
    ['no byte', Buffer.alloc(0)],
    [`${maxKeyBytes + 1} bytes`, Buffer.alloc(maxKeyBytes + 1, 'k')],
  ])('a key of %s is misuse: a TypeError from every call, and nothing changes', async (_, key) => {
    const store = await openEmpty();
    await put(store, 'a', 'one');
    await expect(asPromise(() => store.get(key))).rejects.toThrow(TypeError);
    await expect(asPromise(() => store.put(key, [bytes('x')]))).rejects.toThrow(TypeError);
    await expect(asPromise(() => store.delete(key))).rejects.toThrow(TypeError);
    await expect(pages(store, { start: key })).rejects.toThrow(TypeError);
    expect(store.failure).toBeUndefined();
    expect(await keys(store, 'a')).toEqual(['a']);
  });

  test('a key that is text is misuse: a TypeError, and nothing is stored', async () => {
    const store = await openEmpty();
    const text = 'a' as unknown as Uint8Array;
    await expect(asPromise(() => store.get(text))).rejects.toThrow(TypeError);
    await expect(asPromise(() => store.put(text, [bytes('x')]))).rejects.toThrow(TypeError);
    await expect(asPromise(() => store.delete(text))).rejects.toThrow(TypeError);
    await put(store, 'b', 'two');
    expect(await keys(store, '\0')).toEqual(['b']);
  });

  test.each([
    ['text', 'one'],
    ['not a number of bytes', { length: 3 }],
  ])(
    'a value that is %s is misuse: a TypeError for its own put, and other writes go on',
    async (_, piece) => {
      const store = await openEmpty();
      const [misuse, fine] = await Promise.allSettled([
        asPromise(() => store.put(bytes('a'), [piece as unknown as Uint8Array])),
        put(store, 'b', 'two'),
      ]);
      expect(misuse).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
      expect(fine).toMatchObject({ status: 'fulfilled' });
      expect(store.failure).toBeUndefined();
      expect(await value(store, 'b')).toBe('two');
    },
  );
}
