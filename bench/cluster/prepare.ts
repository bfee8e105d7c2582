/** All measurements on the cluster share this: nodes that are warm, and filled keyspaces. */
import type { Settings } from '../part.js';
import { startDriver } from './driver-alone.js';
import { fillBuckets } from './fill-buckets.js';
import { unwrittenKeys } from './keys.js';
import { locationOf, type Nodes, startNodes } from './nodes.js';

export const bucketCounts = [16, 64, 256] as const;
export type Buckets = (typeof bucketCounts)[number];

export interface Bench extends Pick<Settings, 'rounds' | 'seconds' | 'warmup'> {
  readonly nodes: Nodes;
  /** Entities of each keyspace. */
  readonly keySpace: number;
  readonly valueBytes: number;
  readonly location: (buckets: Buckets) => string;
}

const valueBytes = 100;
const warmUpWorkers = 128;

export async function prepare(settings: Settings): Promise<Bench> {
  const { rounds, seconds, warmup, entities: keySpace, operations, directory } = settings;
  const say = (text: string) => process.stdout.write(`  ${text}\n`);
  const nodes = await startNodes(directory);
  say('the nodes are ready');
  const location = (buckets: Buckets) => locationOf(`evenkeel_${buckets}`);
  for (const buckets of bucketCounts) {
    await fillBuckets(location(buckets), buckets, keySpace, valueBytes);
    say(`filled ${buckets} buckets`);
  }
  const driver = startDriver({ location: location(64), keySpace, valueBytes });
  for (const method of ['PUT', 'GET'] as const) {
    const run = { method, workers: warmUpWorkers, seconds: 600, first: unwrittenKeys() };
    const { requests, rate } = await driver.run({ ...run, operations: Math.ceil(operations / 2) });
    say(`warm-up: ${requests} ${method}s, ${Math.round(rate)} per second`);
  }
  driver.stop();
  return { rounds, seconds, warmup, nodes, keySpace, valueBytes, location };
}
