/** The orders in which keys are written: new ones behind the seed's, or the seed's own, all alike likely or a few much more often. */
import { formatKey, keyNumbers } from '#dist/load/request/keys.js';
import { randomFrom } from '#dist/load/request/random.js';

export type Order = 'rising' | 'uniform' | 'zipfian';

const seed = 1;

/** @param entities in the store already, under the first keys */
export function keysOf(order: Order, entities: number): () => Buffer {
  if (order === 'rising') {
    // Behind those of earlier runs on the folder, too.
    let next = entities + Date.now();
    return () => Buffer.from(formatKey(next++));
  }
  const workload = {
    kind: 'workload',
    keys: order,
    keySpace: entities,
    seed,
    putShare: 1,
    valueBytes: 100,
  } as const;
  const draw = keyNumbers(workload, 0, 1, randomFrom(seed, 0));
  return () => Buffer.from(formatKey(draw()));
}
