/** From nothing to a cluster that is ready: what it needs, its jars, its nodes. */
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { attachCluster, Cluster, ClusterError, type Settings, type Started } from './cluster.js';
import { configure } from './configure.js';
import { fetchJars, hasJars, jarDirectory, version } from './jars.js';
import { launch } from './jvm.js';
import { clusterDirectory, clusterFile } from './places.js';
import { requirePorts } from './ports.js';
import { findJavaHome, findMaven, missingOf } from './programs.js';
import type { Report } from './readiness.js';
import { defaults, described, numbersOf } from './settings.js';

/** Launching takes a fraction of it: an older directory was left by a start that was killed. */
const launchingMs = 10_000;

/**
 * Starts a cluster. Resolves once a read at ALL passes on each node.
 * @throws ClusterError that says what is missing, in the way, or broken; no node runs then
 */
export async function startCluster(
  wanted: Partial<Settings> = {},
  report: Report = () => {},
): Promise<Cluster> {
  const settings = { ...defaults, ...wanted };
  const javaHome = await provide(report);
  removeStale();
  await requirePorts(settings);
  const cluster = launchAll({ settings, javaHome });
  const stopNow = () => cluster.stopNow();
  process.once('exit', stopNow);
  try {
    await cluster.ready(report);
  } catch (error) {
    // The error names a log, so the directory stays: the next start replaces it.
    await Promise.all(cluster.nodes.map((node) => cluster.kill(node)));
    throw error;
  } finally {
    process.off('exit', stopNow);
  }
  return cluster;
}

/** A Java 17 and Cassandra's jars. @throws ClusterError that names all that is missing */
async function provide(report: Report): Promise<string> {
  if (process.platform !== 'linux')
    throw new ClusterError(`a local cluster needs Linux (this is ${process.platform})`);
  const javaHome = findJavaHome();
  const maven = findMaven();
  const missing = missingOf({ javaHome, maven, hasJars: hasJars() });
  if (missing.length > 0) throw new ClusterError(missing.join(', and '));
  if (!hasJars()) {
    report(`fetching Cassandra ${version} from Maven Central into ${jarDirectory}`);
    await fetchJars(maven as string, javaHome as string);
  }
  return javaHome as string;
}

function removeStale(): void {
  if (!existsSync(clusterDirectory)) return;
  const cluster = attachCluster();
  if (cluster && !cluster.isDown)
    throw new ClusterError(
      `a cluster runs already (${described(cluster.settings)}): ` +
        'npm run cassandra -- stop ends it',
    );
  if (!cluster && Date.now() - statSync(clusterDirectory).mtimeMs < launchingMs)
    throw new ClusterError('another start is under way: wait for it');
  rmSync(clusterDirectory, { recursive: true, force: true });
}

function launchAll(started: Started): Cluster {
  const { settings, javaHome } = started;
  // Not recursive, so that of two starts at once one fails here.
  mkdirSync(clusterDirectory, { mode: 0o700 });
  const cluster = new Cluster(started);
  try {
    for (const node of numbersOf(settings)) {
      configure(node, settings);
      launch(node, settings, javaHome);
    }
    writeFileSync(clusterFile, JSON.stringify(started));
  } catch (error) {
    cluster.stopNow();
    throw error;
  }
  return cluster;
}
