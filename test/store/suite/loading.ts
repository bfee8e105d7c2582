/** A trait of every store: entities of another store are taken as they were. */
import { expect, test } from 'vitest';
import { pieceBytes } from '#dist/config/limits.js';
import type { Entity, Store } from '#dist/store/store.js';
import {
  bytes,
  openNew,
  outcome,
  pages,
  put,
  type StoreFactory,
  sharedStore,
  value,
} from './factory.js';

export function loadTrait(factory: StoreFactory): void {
  const openEmpty = sharedStore(factory);

  /** The version of a write just now. In a cluster, earlier ones lose against removed entities. */
  const versionNow = async (store: Store) => (await put(store, 'now', 'x')).version;

  const plain = ({ key, value, version, expiresMs, fields }: Entity) => ({
    // Texts are compared faster than bytes.
    key: Buffer.from(key).toString('latin1'),
    value: Buffer.from(value).toString('latin1'),
    version,
    ...(expiresMs !== undefined && { expiresMs }),
    ...(fields !== undefined && { fields }),
  });

  test('with their versions, times of expiry, fields and values, small and large', async () => {
    const store = await openEmpty();
    const now = await versionNow(store);
    const expiresMs = Math.floor(now / 1000) + 3_600_000;
    const fields = { contentType: 'text/plain', contentEncoding: 'gzip', meta: { owner: 'me' } };
    const entities = [
      { key: Buffer.of(0), value: bytes('') },
      { key: bytes('a'), value: bytes('one'), expiresMs },
      { key: bytes('b'), value: Buffer.alloc(2 * pieceBytes + 1, 'large'), fields },
      { key: bytes('c'), value: Buffer.alloc(pieceBytes + 1), fields, expiresMs },
      { key: bytes('d'), value: bytes('four'), fields },
      { key: Buffer.alloc(1024, 0xff), value: bytes('five') },
    ].map((entity, i) => ({ ...entity, version: now + 6 - i }));
    await store.load(entities);
    const wanted = entities.map(plain);
    for (const [i, { key }] of entities.entries()) {
      const entity = await store.get(key);
      expect(entity && plain(entity)).toEqual(wanted[i]);
    }
    await store.delete(bytes('now'));
    const listed = (await pages(store, { start: Buffer.of(0) })).flat();
    expect(listed.map(plain)).toEqual(wanted);
  });

  test('one with a later version stays, and an earlier or the same is replaced', async () => {
    const store = await openEmpty();
    const { version } = await put(store, 'a', 'mine');
    const theirs = (key: string, version: number) => ({
      key: bytes(key),
      value: bytes('theirs'),
      version,
    });
    await store.load([theirs('a', version - 1), theirs('b', version - 1)]);
    expect(await value(store, 'a')).toBe('mine');
    await store.load([theirs('a', version + 1)]);
    expect(await store.get(bytes('a'))).toMatchObject(theirs('a', version + 1));
    await store.load([theirs('a', version + 1)]);
    expect(await value(store, 'a')).toBe('theirs');
  });

  test('later writes have later versions, and win', async () => {
    const store = await openEmpty();
    const loaded = (await versionNow(store)) + 10_000;
    await store.load([{ key: bytes('a'), value: bytes('theirs'), version: loaded }]);
    expect((await put(store, 'a', 'mine')).version).toBeGreaterThan(loaded);
    expect(await value(store, 'a')).toBe('mine');
  });

  test('thousands at once are all there', async () => {
    const store = await openEmpty();
    const version = await versionNow(store);
    const entities = Array.from({ length: 3000 }, (_, i) => ({
      key: bytes(`key-${String(i).padStart(4, '0')}`),
      value: Buffer.alloc(i % 300, `${i} `),
      version: version + 1 + i,
    }));
    await store.load(entities);
    await store.delete(bytes('now'));
    const listed = (await pages(store, { start: bytes('key') })).flat();
    expect(listed.map(plain)).toEqual(entities.map(plain));
  });

  test('any but an entity is misuse, and a store that is closed says so', async () => {
    const store = await openNew(factory);
    const entity = { key: bytes('a'), value: bytes('x'), version: 1 };
    const refused: object[] = [
      { key: Buffer.alloc(0) },
      { value: 'x' },
      { version: -1 },
      { version: 1.5 },
      { version: 2 ** 53 },
      { expiresMs: 0 },
      { expiresMs: 1.5 },
    ];
    const { maxExpiresMs } = store.capabilities;
    if (maxExpiresMs !== undefined) refused.push({ expiresMs: maxExpiresMs + 1 });
    for (const change of refused)
      await expect(store.load([{ ...entity, ...change }])).rejects.toThrow(TypeError);
    expect(await value(store, 'a')).toBeUndefined();
    await store.load([]);
    await store.close();
    expect(await outcome(() => store.load([entity]))).toBe('closed');
  });
}
