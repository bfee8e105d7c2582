/** PUTs of one turn of the event loop share statements: three real nodes. */
import cassandra from 'cassandra-driver';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { bucketOf } from '#dist/store/cassandra/bucket.js';
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import type { Store } from '#dist/store/store.js';
import { emptyKeyspace, location } from './keyspace.js';

const buckets = 64;
/** The place of the bucket among the values of a PUT. */
const bucketAt = 3;

type Query = { readonly params: readonly unknown[] };
const batch = vi.spyOn(cassandra.Client.prototype, 'batch');
let store: Store;

beforeAll(async () => {
  await emptyKeyspace();
  store = await openCassandra({ location });
});
// It returns the spy, which vitest would call after the test.
beforeEach(() => {
  batch.mockClear();
});
afterAll(() => store.close());

/** For each batch, the buckets of its PUTs. */
const bucketsOfBatches = () =>
  batch.mock.calls.map(([queries]) =>
    (queries as unknown as Query[]).map(({ params }) => params[bucketAt]),
  );

const put = (key: Buffer, text: string, replicas?: { ack: number; from: number }) =>
  store.put(key, [Buffer.from(text)], replicas ? { replicas } : {});
const read = async (key: Buffer) => (await store.get(key))?.value.toString();

/** So many keys of one bucket. */
function keysOfBucket(bucket: number, count: number): Buffer[] {
  const keys: Buffer[] = [];
  for (let number = 0; keys.length < count; number++) {
    const key = Buffer.from(`key ${number}`);
    if (bucketOf(key, buckets) === bucket) keys.push(key);
  }
  return keys;
}

test('PUTs of one turn go as one batch for each bucket that has several', async () => {
  const [first, second] = [keysOfBucket(1, 20), keysOfBucket(2, 10)];
  const alone = keysOfBucket(3, 1);
  await Promise.all([...first, ...second, ...alone].map((key) => put(key, `of ${key}`)));
  expect(bucketsOfBatches()).toEqual([Array(20).fill(1), Array(10).fill(2)]);
  for (const key of [...first, ...second, ...alone]) expect(await read(key)).toBe(`of ${key}`);
});

test('of two PUTs of one key in one turn, the later one stays', async () => {
  const [key = Buffer.from('')] = keysOfBucket(4, 1);
  const [earlier, later] = await Promise.all([put(key, 'earlier'), put(key, 'later')]);
  expect(bucketsOfBatches()).toEqual([[4, 4]]);
  expect(later.version).toBeGreaterThan(earlier.version);
  expect(await read(key)).toBe('later');
});

test('PUTs that wait for other numbers of replicas are not gathered', async () => {
  const [one, all] = keysOfBucket(5, 2) as [Buffer, Buffer];
  await Promise.all([put(one, '1/3', { ack: 1, from: 3 }), put(all, '3/3', { ack: 3, from: 3 })]);
  expect(bucketsOfBatches()).toEqual([]);
  expect(await read(all)).toBe('3/3');
});

test('a batch has up to 128 KiB', async () => {
  const keys = keysOfBucket(6, 5);
  const value = 'v'.repeat(60 * 1024);
  await Promise.all(keys.map((key) => put(key, value)));
  expect(bucketsOfBatches()).toEqual([
    [6, 6],
    [6, 6],
  ]);
  for (const key of keys) expect(await read(key)).toBe(value);
});
