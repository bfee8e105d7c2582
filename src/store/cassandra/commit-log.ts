/** Whether nodes have a write on their disks when they confirm it. That is a setting of theirs. */
import type { Connection } from './connect.js';

export interface CommitLog {
  readonly node: string;
  /** `periodic`, `batch` or `group`; undefined: the node does not say. */
  readonly sync: string | undefined;
}

/** The setting of each node that can be reached. */
export async function readCommitLogs({ client, driver }: Connection): Promise<CommitLog[]> {
  const nodes = client.hosts.values().filter((host) => host.isUp());
  return Promise.all(
    nodes.map(async (host) => {
      try {
        const { rows } = await client.execute(
          "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'",
          [],
          { host, prepare: false, consistency: driver.types.consistencies.one },
        );
        return { node: host.address, sync: rows[0]?.get('value') as string | undefined };
      } catch {
        return { node: host.address, sync: undefined };
      }
    }),
  );
}

/** Undefined: all nodes that say so have writes on their disks before they confirm them. */
export function commitLogWarning(logs: readonly CommitLog[]): string | undefined {
  const periodic = logs.filter(({ sync }) => sync === 'periodic').map(({ node }) => node);
  if (periodic.length === 0) return undefined;
  return (
    `commitlog_sync is periodic on ${periodic.join(', ')}: writes that are acknowledged can be ` +
    'lost if the replicas lose power in the same seconds; set it to batch or group'
  );
}
