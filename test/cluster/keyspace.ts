/** A keyspace for tests, on the cluster of the run. Making one takes seconds, so all share it. */
import { initCluster } from '#dist/store/cassandra/init-cluster.js';
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import type { Store } from '#dist/store/store.js';
import { attachCluster, type Cluster } from './nodes/cluster.js';

const attached = attachCluster();
if (attached === undefined) throw new Error('no cluster: setup.ts starts one');
export const cluster: Cluster = attached;

/** The location of a keyspace on the cluster. */
export function locationOf(keyspace: string, nodes: readonly string[] = cluster.contactPoints) {
  return `cassandra://${nodes.join(',')}/${keyspace}?dc=dc1`;
}

export const location = locationOf('evenkeel_test');

let made: Promise<unknown> | undefined;

/** Makes the keyspace, once per process. */
export async function madeKeyspace(): Promise<string> {
  made ??= initCluster({ location, access: {}, replicationFactor: 3, buckets: undefined });
  await made;
  return location;
}

let store: Promise<Store> | undefined;

/**
 * Removes all that is in it. TRUNCATE would not: a write that a quorum has may reach the last
 * replica after it.
 */
export async function emptyKeyspace(): Promise<void> {
  await madeKeyspace();
  // For it, nothing has expired, whatever clock the test had that wrote it.
  store ??= openCassandra({ location, now: () => 0 });
  await (await store).deleteRange({ start: Buffer.alloc(1) });
}
