/**
 * Fetches Cassandra's jars from Maven Central into the user's cache. No other registry has it: the
 * release archive is only on Apache's own servers.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClusterError } from './cluster-error.js';
import { cacheDirectory, templates } from './places.js';

export const version = '5.0.9';
export const jarDirectory = join(cacheDirectory, `cassandra-${version}`);

/** Maven says why first, and then how to ask Maven for more. */
const shownLines = 8;

export const hasJars = (): boolean => existsSync(jarDirectory);

/** @throws ClusterError with what Maven said */
export async function fetchJars(maven: string, javaHome: string): Promise<void> {
  mkdirSync(dirname(jarDirectory), { recursive: true });
  // Renamed once it is whole, so a run that was cut off leaves no half a cache.
  const partial = mkdtempSync(`${jarDirectory}-`);
  try {
    const jars = join(partial, 'jars');
    const child = spawn(
      maven,
      [
        ...['--batch-mode', '--quiet', '--file', join(templates, 'pom.xml')],
        ...['dependency:copy-dependencies', '-DincludeScope=runtime'],
        ...[`-DoutputDirectory=${jars}`, `-Dcassandra.version=${version}`],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, JAVA_HOME: javaHome } },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const [code] = await once(child, 'close');
    if (code !== 0) {
      const reasons = said.trim().split('\n').slice(0, shownLines).join('\n');
      throw new ClusterError(`Maven could not fetch Cassandra ${version}:\n${reasons}`);
    }
    // Another run may have been faster: its jars are the same.
    if (!hasJars()) renameSync(jars, jarDirectory);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
