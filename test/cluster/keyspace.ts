/** A keyspace for tests, on the cluster of the run. Making one takes seconds, so all share it. */
import { initCluster } from '#dist/store/cassandra/init-cluster.js';
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import type { Store } from '#dist/store/store.js';

const contactPoints = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

/** The location of a keyspace on the cluster. */
export function locationOf(keyspace: string): string {
  return `cassandra://${contactPoints.join(',')}/${keyspace}?dc=dc1`;
}

export const location = locationOf('evenkeel_test');

let store: Promise<Store> | undefined;

/**
 * Removes all that is in it. TRUNCATE would not: a write that a quorum has may reach the last
 * replica after it.
 */
export async function emptyKeyspace(): Promise<void> {
  store ??= open();
  await (await store).deleteRange({ start: Buffer.alloc(1) });
}

async function open(): Promise<Store> {
  await initCluster({ location, access: {}, replicationFactor: 3, buckets: undefined });
  // For it, nothing has expired, whatever clock the test had that wrote it.
  return openCassandra({ location, now: () => 0 });
}
