/**
 * Keyv's own suite, with its tests of iterators, over the adapter and a real server. Run by
 * `npm run test:keyv`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import KeyvEvenkeel, { type KeyvEvenkeel as Adapter } from 'evenkeel-client/keyv';
import Keyv, { type KeyvStoreAdapter } from 'keyv';
import * as vitest from 'vitest';
import { serve } from '../../../dist/index.js';
import { examplesOf, runExample } from '../../support/examples.js';

const { afterAll, beforeEach, expect, expectTypeOf, test } = vitest;

const data = await mkdtemp(join(tmpdir(), 'evenkeel-keyv-'));
const server = await serve({ port: 0, data });
afterAll(async () => {
  await server.close();
  await rm(data, { recursive: true });
});

const store = () => new KeyvEvenkeel(server.url);
keyvTestSuite(vitest, Keyv, store);
keyvIteratorTests(vitest, Keyv, store);

beforeEach(() => new Keyv({ store: store(), namespace: '' }).clear());

test('the adapter is what Keyv takes', () => {
  expectTypeOf<Adapter>().toExtend<KeyvStoreAdapter>();
});

test('many entries are set, asked for, read and deleted at once', async () => {
  const keyv = new Keyv(store());
  const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
  await keyv.setMany(keys.map((key, index) => ({ key, value: { index } })));
  expect(await keyv.getMany(keys)).toEqual(keys.map((_, index) => ({ index })));
  expect(await keyv.hasMany(['key 0', 'key 99', 'key 100'])).toEqual([true, true, false]);
  expect(await keyv.deleteMany(['key 0', 'key 100'])).toBe(false);
  expect(await keyv.deleteMany(['key 1', 'key 2'])).toBe(true);
  expect(await keyv.getMany(['key 0', 'key 1', 'key 3'])).toEqual([
    undefined,
    undefined,
    { index: 3 },
  ]);
});

test('clear and iterator keep to their namespace, also if another begins like it', async () => {
  const [users, more] = ['user', 'users'].map(
    (namespace) => new Keyv({ store: store(), namespace }),
  );
  await users?.set('ada', 1);
  await more?.set('bob', 2);
  const found: unknown[] = [];
  for await (const entry of users?.iterator?.(undefined) ?? []) found.push(entry);
  expect(found).toEqual([['ada', 1]]);
  await users?.clear();
  expect([await users?.get('ada'), await more?.get('bob')]).toEqual([undefined, 2]);
});

test('an entry expires in the store, and not only in Keyv', async () => {
  const adapter = store();
  await new Keyv({ store: adapter, ttl: 1 }).set('short', 'value');
  await expect.poll(() => adapter.has('keyv:short')).toBe(false);
  // Longer than the server takes: Keyv ends it by itself.
  await new Keyv({ store: adapter, ttl: Number.MAX_SAFE_INTEGER }).set('long', 'value');
  expect(await adapter.has('keyv:long')).toBe(true);
});

test('a server that is not there is an error event, not an absent key', async () => {
  const keyv = new Keyv({ store: new KeyvEvenkeel('http://127.0.0.1:1', { retries: 0 }) });
  const errors: unknown[] = [];
  keyv.on('error', (error: unknown) => errors.push(error));
  expect(await keyv.get('key')).toBeUndefined();
  expect(await keyv.set('key', 'value')).toBe(false);
  expect(errors).toMatchObject([{ code: 'connection' }, { code: 'connection' }]);
});

test('a value that is not text is refused with what to change', async () => {
  await expect(store().set('key', { a: 1 })).rejects.toThrow(/got object; leave serialize/);
});

test('the example in the README prints what it says', async () => {
  const [example, ...more] = await examplesOf('client/README.md', 'keyv');
  expect(more).toEqual([]);
  if (!example) throw new Error('the README lacks it');
  expect(await runExample(example, server.url, import.meta.dirname)).toBe(example.output);
});
