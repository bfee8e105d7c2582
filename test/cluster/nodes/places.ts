/** Where a cluster keeps its files: one directory per user, so all calls find the same cluster. */
import { createRequire } from 'node:module';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** Data, logs and process ids. Exists exactly while a cluster does. */
export const clusterDirectory = join(tmpdir(), `evenkeel-cassandra-${userInfo().username}`);
/** Written once all nodes are launched: how the cluster was started. */
export const clusterFile = join(clusterDirectory, 'cluster.json');

export const nodeDirectory = (node: number): string => join(clusterDirectory, `node${node}`);
export const logFile = (node: number): string => join(nodeDirectory(node), 'output.txt');
export const pidFile = (node: number): string => join(nodeDirectory(node), 'pid');

/** Outlives a clone of the repository: 67 MB that never change. */
export const cacheDirectory = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'evenkeel',
);

/** The sources' own, also for the compiled command. */
export const templates = join(
  dirname(createRequire(import.meta.url).resolve('evenkeel/package.json')),
  'test/cluster/nodes/templates',
);
