/** Values in chunks: never a mix of two writes, and no chunk that nothing refers to. */
import cassandra from 'cassandra-driver';
import { expect, onTestFinished, test } from 'vitest';
import { ChunkSweeper } from '#dist/store/cassandra/chunk-sweeper.js';
import { Levels } from '#dist/store/cassandra/levels.js';
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import { Requests } from '#dist/store/cassandra/requests.js';
import { Statements } from '#dist/store/cassandra/statements.js';
import { Turns } from '#dist/store/cassandra/turns.js';
import { cluster, location, madeKeyspace } from './keyspace.js';

const keyspace = 'evenkeel_test';
const MiB = 1024 * 1024;

async function openBoth() {
  await madeKeyspace();
  const store = await openCassandra({ location });
  const client = new cassandra.Client({
    contactPoints: cluster.contactPoints,
    localDataCenter: 'dc1',
    queryOptions: { prepare: true, isIdempotent: true },
    encoding: { useBigIntAsLong: true },
  });
  await client.connect();
  const timeoutMs = 20_000;
  const turns = new Turns(1000);
  const sweeper = new ChunkSweeper({
    requests: new Requests({ driver: cassandra, client, turns, timeoutMs }),
    statements: new Statements(keyspace),
    levels: new Levels(cassandra, 3),
    buckets: 64,
    graceMs: 0,
    writerMs: 0,
    intervalMs: 2 ** 31 - 1,
  });
  onTestFinished(async () => {
    await sweeper.stop();
    await store.close();
    await client.shutdown();
  });
  const chunksOf = async (key: Buffer) => {
    const query = `SELECT version FROM ${keyspace}.chunk WHERE key = ?`;
    const { rows } = await client.execute(query, [key], { consistency: 4 });
    return rows.map((row) => Number(row.get('version')));
  };
  return { store, client, sweeper, chunksOf };
}

test('readers of a value that is replaced all the time see whole values', async () => {
  const { store } = await openBoth();
  const key = Buffer.from('replaced');
  await store.put(key, [Buffer.alloc(3 * MiB, 1)]);
  let isOver = false;
  const writers = [2, 3, 4, 5].map(async (byte) => {
    for (let turn = 0; turn < 5; turn++) await store.put(key, [Buffer.alloc(2 * MiB + byte, byte)]);
  });
  const readers = Array.from({ length: 4 }, async () => {
    let reads = 0;
    for (; !isOver; reads++) {
      const value = Buffer.from((await store.get(key))?.value ?? '');
      expect(value.length).toBeGreaterThan(MiB);
      expect(value.equals(Buffer.alloc(value.length, value[0]))).toBe(true);
    }
    return reads;
  });
  await Promise.all(writers);
  isOver = true;
  for (const reads of await Promise.all(readers)) expect(reads).toBeGreaterThan(0);
});

test('a walk removes what nothing refers to, and leaves what is in use', async () => {
  const { store, client, sweeper, chunksOf } = await openBoth();
  const keyOf = (name: string) => Buffer.from(`swept-${name}`);
  const large = [Buffer.alloc(MiB + 1, 'v')];
  for (const name of ['kept', 'deleted', 'small', 'twice']) await store.put(keyOf(name), large);
  await store.delete(keyOf('deleted'));
  await store.put(keyOf('small'), [Buffer.from('small')]);
  const { version } = await store.put(keyOf('twice'), large);
  // A writer that ended before its manifest was there.
  await client.execute(
    `UPDATE ${keyspace}.chunk USING TIMESTAMP ? SET data = ? ` +
      'WHERE key = ? AND version = ? AND n = 0',
    [BigInt(version + 1), Buffer.from('dead'), keyOf('twice'), BigInt(version + 1)],
    { consistency: 5 },
  );
  await sweeper.walk();
  expect(await chunksOf(keyOf('deleted'))).toEqual([]);
  expect(await chunksOf(keyOf('small'))).toEqual([]);
  expect(await chunksOf(keyOf('twice'))).toEqual([version, version, version]);
  expect(await chunksOf(keyOf('kept'))).toHaveLength(3);
  for (const name of ['kept', 'twice'])
    expect((await store.get(keyOf(name)))?.value.length).toBe(MiB + 1);
});
