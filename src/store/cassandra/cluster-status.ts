/** The state of a cluster, for its operator. */
import { performance } from 'node:perf_hooks';
import type { ClusterAccess } from './client.js';
import { readCommitLogs } from './commit-log.js';
import { type Connection, connect } from './connect.js';
import { type Keyspace, readKeyspace } from './keyspace.js';
import { parseLocation } from './location.js';

export interface NodeStatus {
  readonly address: string;
  readonly release: string;
  readonly isUp: boolean;
  /** How `commitlog_sync` is set; undefined: the node does not say. */
  readonly commitLogSync: string | undefined;
  /** By how many ms its clock is ahead of this machine's; undefined: the node does not say. */
  readonly clockAheadMs: number | undefined;
}

export interface ClusterStatus {
  readonly keyspace: Keyspace;
  readonly nodes: readonly NodeStatus[];
}

/** @throws StoreError `unusable` */
export async function clusterStatus(text: string, access: ClusterAccess): Promise<ClusterStatus> {
  const location = parseLocation(text);
  const connection = await connect(location, access);
  try {
    const keyspace = await readKeyspace(connection, location);
    const logs = new Map(
      (await readCommitLogs(connection)).map(({ node, sync }) => [node, sync] as const),
    );
    const nodes = await Promise.all(
      connection.client.hosts.values().map(async (host) => ({
        address: host.address,
        release: host.cassandraVersion,
        isUp: host.isUp(),
        commitLogSync: logs.get(host.address),
        clockAheadMs: host.isUp() ? await clockAhead(connection, host) : undefined,
      })),
    );
    return { keyspace, nodes };
  } finally {
    await connection.client.shutdown();
  }
}

type Host = ReturnType<Connection['client']['hosts']['values']>[number];

const clockReads = 5;

/** By the read that took the least time: the node's clock was read in the middle of it. */
async function clockAhead({ client, driver }: Connection, host: Host): Promise<number | undefined> {
  let best = { tookMs: Number.POSITIVE_INFINITY, aheadMs: undefined as number | undefined };
  try {
    for (let read = 0; read < clockReads; read++) {
      const beganMs = performance.now();
      const { rows } = await client.execute(
        'SELECT toUnixTimestamp(now()) AS at FROM system.local',
        [],
        { host, prepare: false, consistency: driver.types.consistencies.one },
      );
      const tookMs = performance.now() - beganMs;
      const aheadMs = Number(rows[0]?.get('at')) - (Date.now() - tookMs / 2);
      if (tookMs < best.tookMs) best = { tookMs, aheadMs: Math.round(aheadMs) };
    }
  } catch {
    return undefined;
  }
  return best.aheadMs;
}
