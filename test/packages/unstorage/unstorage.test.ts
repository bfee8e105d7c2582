/**
 * The driver under the real unstorage and a real server: the facts that unstorage's own test of
 * drivers asserts, and those of this driver. Run by `npm run test:unstorage`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import evenkeelDriver, { type EvenkeelDriverOptions } from 'evenkeel-client/unstorage';
import { createStorage, type Driver, restoreSnapshot, snapshot } from 'unstorage';
import { afterAll, afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { serve } from '../../../dist/index.js';
import { examplesOf, runExample } from '../../support/examples.js';

const data = await mkdtemp(join(tmpdir(), 'evenkeel-unstorage-'));
const server = await serve({ port: 0, data });
afterAll(async () => {
  await server.close();
  await rm(data, { recursive: true });
});

const driverOf = (options: Partial<EvenkeelDriverOptions> = {}) =>
  evenkeelDriver({ url: server.url, ...options });
const storage = createStorage({ driver: driverOf() });
afterEach(() => storage.clear());

describe('as every driver', () => {
  test('an empty storage has neither items nor keys', async () => {
    expect(await storage.hasItem('one:a')).toBe(false);
    expect(await storage.getItem('two:a')).toBe(null);
    expect(await storage.getKeys()).toEqual([]);
  });

  test('a snapshot is restored, and taken again', async () => {
    await restoreSnapshot(storage, { first: 'works', second: 'too' });
    expect(await storage.getItem('first')).toBe('works');
    expect(await snapshot(storage, '')).toEqual({ first: 'works', second: 'too' });
  });

  test('an item that is set is there, whatever query its key has', async () => {
    await storage.setItem('one:a', 'text');
    await storage.setItem('three:a?q=1', 'other');
    expect(await storage.hasItem('one:a')).toBe(true);
    expect(await storage.getItem('one:a')).toBe('text');
    expect(await storage.getItem('three:a?q=2')).toBe('other');
  });

  test('keys are those of all items, or of those below a base', async () => {
    for (const key of ['one:a', 'two:a', 'three:a?q=1']) await storage.setItem(key, 'text');
    expect((await storage.getKeys()).sort()).toEqual(['one:a', 'three:a', 'two:a']);
    expect(await storage.getKeys('one')).toEqual(['one:a']);
  });

  test('keys go down to a depth', async () => {
    const [top, below, deep] = ['top', 'a:below', 'a:b:deep'];
    for (const key of [top, below, `${below}2`, deep, `${deep}2`]) await storage.setItem(key, '');
    const keys = async (maxDepth: number) => (await storage.getKeys('', { maxDepth })).sort();
    expect(await keys(0)).toEqual([top]);
    expect(await keys(1)).toEqual([below, `${below}2`, top]);
    expect(await keys(2)).toEqual([deep, `${deep}2`, below, `${below}2`, top]);
  });

  test('an object comes back as it was', async () => {
    await storage.setItem('/data/test.json', { json: 'works' });
    expect(await storage.getItem('/data/test.json')).toEqual({ json: 'works' });
  });

  test.each([true, false, 0, 1.5, null, 'text', ''])('%j comes back as it was', async (value) => {
    await storage.setItem('/data/value', value);
    expect(await storage.getItem('/data/value')).toBe(value);
  });

  test('an object with toJSON comes back as that says', async () => {
    const saying = (json: unknown) =>
      new (class {
        toJSON = () => json;
      })();
    await storage.setItem('/data/one.json', saying('SERIALIZED'));
    expect(await storage.getItem('/data/one.json')).toBe('SERIALIZED');
    await storage.setItem('/data/two.json', saying({ serialized: 'works' }));
    expect(await storage.getItem('/data/two.json')).toEqual({ serialized: 'works' });
  });

  test('an object of a class without toJSON is refused', async () => {
    const failed = storage.setItem('/data/bad.json', new (class Bad {})());
    await expect(failed).rejects.toThrow('[unstorage] Cannot stringify value!');
  });

  test('raw bytes come back as they were', async () => {
    const bytes = Uint8Array.of(1, 2, 255);
    for (const value of [bytes, Buffer.from(bytes), bytes.buffer, new DataView(bytes.buffer)]) {
      await storage.setItemRaw('/data/raw.bin', value);
      expect(await storage.getItemRaw('/data/raw.bin')).toEqual(bytes);
    }
    expect(await storage.getItemRaw('/data/absent.bin')).toBe(null);
  });

  test('many items are set, and read, at once', async () => {
    await storage.setItems([
      { key: 'many:1', value: 'one' },
      { key: 'many:2?q=1', value: 'two' },
      { key: 'many:3', value: 'three' },
    ]);
    const items = await storage.getItems([{ key: 'many:1' }, 'many:2?q=2', 'many:3', 'many:4']);
    expect(items).toEqual([
      { key: 'many:1', value: 'one' },
      { key: 'many:2', value: 'two' },
      { key: 'many:3', value: 'three' },
      { key: 'many:4', value: null },
    ]);
  });

  test('a removed item is not there any more', async () => {
    await storage.setItem('one:a', 'text');
    await storage.removeItem('one:a', false);
    expect(await storage.hasItem('one:a')).toBe(false);
    expect(await storage.getItem('one:a')).toBe(null);
  });

  test('a storage is cleared, and may be empty before', async () => {
    for (const key of ['one:a', 'only']) await storage.setItem(key, 'text');
    await storage.clear();
    await storage.clear();
    expect(await storage.getKeys()).toEqual([]);
  });
});

describe('by this driver', () => {
  test('it is what unstorage takes', () => {
    expectTypeOf(evenkeelDriver).returns.toExtend<Driver>();
  });

  test('two storages with bases share a server, and neither sees the other', async () => {
    const [user, users] = ['user', 'users:'].map((base) =>
      createStorage({ driver: driverOf({ base }) }),
    );
    await user?.setItem('a:b', 'of user');
    await users?.setItem('a:b', 'of users');
    expect((await storage.getKeys()).sort()).toEqual(['user:a:b', 'users:a:b']);
    expect(await user?.getKeys()).toEqual(['a:b']);
    await user?.clear();
    expect(await users?.getItem('a:b')).toBe('of users');
  });

  test('it clears below a base, which storages never ask for', async () => {
    for (const key of ['one:a', 'one:b', 'only']) await storage.setItem(key, 'text');
    await driverOf().clear('one:');
    expect(await storage.getKeys()).toEqual(['only']);
  });

  test('an item tells when it was written, how long it is and when it goes', async () => {
    const before = Date.now();
    await storage.setItem('stays', 'größe');
    await storage.setItem('goes', 'text', { ttl: 60 });
    const meta = await storage.getMeta('stays', { nativeOnly: true });
    expect(meta).toMatchObject({ size: 7, version: expect.stringMatching(/^\d+$/) });
    expect(meta.ttl).toBeUndefined();
    expect(Number(meta.mtime)).toBeGreaterThanOrEqual(before - 1000);
    const { ttl } = await storage.getMeta('goes', { nativeOnly: true });
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(60);
    expect(await driverOf().getMeta('absent')).toBe(null);
  });

  test('an item goes after its time to live, or that of its storage', async () => {
    const short = createStorage({ driver: driverOf({ ttl: 0.001 }) });
    await short.setItem('goes', 'text');
    await short.setItem('stays', 'text', { ttl: 60 });
    await expect.poll(() => short.hasItem('goes')).toBe(false);
    expect(await short.hasItem('stays')).toBe(true);
  });

  test('a raw value that is neither text nor bytes is refused', async () => {
    await expect(storage.setItemRaw('bad', { a: 1 })).rejects.toThrow(/got object/);
  });

  test('a storage that was disposed of asks nothing more', async () => {
    const over = createStorage({ driver: driverOf() });
    await over.setItem('key', 'text');
    await over.dispose();
    await expect(over.getItem('key')).rejects.toThrow('the storage was disposed of');
  });

  test('the example in the README prints what it says', async () => {
    const [example, ...more] = await examplesOf('client/README.md', 'unstorage');
    expect(more).toEqual([]);
    if (!example) throw new Error('the README lacks it');
    expect(await runExample(example, server.url, import.meta.dirname)).toBe(example.output);
  });
});
