/**
 * The driver alone, in a process of its own: workers with one statement in flight each. A message
 * asks for a run, and its figures are the response. It sends what a gateway sends, and does nothing
 * else: cells are made before, and rows are not decoded.
 */
import { bucketOf } from '#dist/store/cassandra/bucket.js';
import { encodeCell } from '#dist/store/cassandra/cell.js';
import { VersionClock } from '#dist/store/cassandra/version-clock.js';
import { keyOf } from '../support/wrk.js';
import type { DriverFigures, DriverOptions, DriverRun } from './driver-alone.js';
import { openKeyspace } from './open-keyspace.js';

const { location, keySpace, valueBytes }: DriverOptions = JSON.parse(process.argv[2] as string);
const { client, statements, consistency, buckets } = await openKeyspace(location);
const versions = new VersionClock();
const head = { key: Buffer.from(keyOf(0)), version: 1, expiresMs: undefined, fields: undefined };
const cell = encodeCell(head, [Buffer.alloc(valueBytes, 'v')]);
const options = { consistency };

async function get(): Promise<void> {
  const key = Buffer.from(keyOf(Math.floor(Math.random() * keySpace)));
  const { rows } = await client.execute(statements.get, [bucketOf(key, buckets), key], options);
  if (rows.length !== 1) throw new Error(`no row for ${key}`);
}

async function put(number: number): Promise<void> {
  const key = Buffer.from(keyOf(number));
  const values = [BigInt(versions.next()), 0, cell, bucketOf(key, buckets), key];
  await client.execute(statements.put, values, options);
}

async function run({ method, workers, seconds, operations, first }: DriverRun) {
  const times: number[] = [];
  const beganMs = performance.now();
  const endMs = beganMs + seconds * 1000;
  let begun = 0;
  const worker = async () => {
    for (;;) {
      const sentMs = performance.now();
      if (sentMs >= endMs || begun >= operations) return;
      const number = first + begun++;
      await (method === 'GET' ? get() : put(number));
      times.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  const rate = times.length / ((performance.now() - beganMs) / 1000);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] as number;
  return { requests: times.length, rate, p50: at(0.5), p99: at(0.99) } satisfies DriverFigures;
}

process.on('disconnect', () => process.exit());
process.on('message', (asked: DriverRun) => {
  run(asked).then(
    (figures) => process.send?.(figures),
    (error) => {
      process.stderr.write(`driver alone: ${error}\n`);
      process.exit(1);
    },
  );
});
