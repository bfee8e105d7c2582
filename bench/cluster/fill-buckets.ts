/** Makes a keyspace and fills it: an unlogged batch of one bucket is the fastest way there is. */
import { bucketOf } from '#dist/store/cassandra/bucket.js';
import { encodeCell } from '#dist/store/cassandra/cell.js';
import { initCluster } from '#dist/store/cassandra/init-cluster.js';
import { keyOf } from '../support/wrk.js';
import { openKeyspace } from './open-keyspace.js';

const batchEntities = 50;
const inFlight = 8;
const tries = 10;

export async function fillBuckets(
  location: string,
  buckets: number,
  entities: number,
  valueBytes: number,
): Promise<void> {
  await persist(() => initCluster({ location, access: {}, replicationFactor: 3, buckets }));
  const { client, statements, consistency } = await openKeyspace(location);
  const value = [Buffer.alloc(valueBytes, 'v')];
  const version = Date.now() * 1000;
  const ofBucket: Buffer[][] = Array.from({ length: buckets }, () => []);
  for (let number = 0; number < entities; number++) {
    const key = Buffer.from(keyOf(number));
    ofBucket[bucketOf(key, buckets)]?.push(key);
  }
  const batches = ofBucket.flatMap((keys, bucket) =>
    Array.from({ length: Math.ceil(keys.length / batchEntities) }, (_, at) =>
      keys.slice(at * batchEntities, (at + 1) * batchEntities).map((key) => {
        const cell = encodeCell({ key, version, expiresMs: undefined, fields: undefined }, value);
        return { query: statements.put, params: [BigInt(version), 0, cell, bucket, key] };
      }),
    ),
  );
  const worker = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop())
      await persist(() => client.batch(batch, { logged: false, consistency }));
  };
  await Promise.all(Array.from({ length: inFlight }, worker)).finally(() => client.shutdown());
}

/** Nodes that are cold, on a machine that is busy, time out now and then. All may be done twice. */
async function persist(work: () => Promise<unknown>): Promise<void> {
  for (let left = tries; ; ) {
    try {
      await work();
      return;
    } catch (error) {
      if (--left === 0) throw error;
    }
  }
}
