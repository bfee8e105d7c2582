/**
 * Gives the tests of a run one cluster: the one that runs, or a new one that ends with the run.
 * Tests kill nodes, so two runs on one machine would disturb each other: the later one waits.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { attachCluster, type Cluster, ClusterError } from './nodes/cluster.js';
import { clusterDirectory } from './nodes/places.js';
import { startCluster } from './nodes/start.js';

const lockFile = `${clusterDirectory}.tests`;
const say = (line: string) => process.stderr.write(`cluster: ${line}\n`);

/** @returns what vitest calls after the last test */
export async function setup(): Promise<() => Promise<void>> {
  try {
    await lock();
    const { cluster, isOurs } = await provide();
    // Also for a run that is broken off.
    const stopNow = () => isOurs && cluster.stopNow();
    process.once('exit', stopNow);
    return async () => {
      process.off('exit', stopNow);
      if (isOurs) await cluster.stop();
      unlock();
    };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    // One line instead of vitest's stack. The run has failed: nothing was tested.
    process.stderr.write(`test:cluster: ${error.message}\n`);
    process.exit(1);
  }
}

async function provide(): Promise<{ cluster: Cluster; isOurs: boolean }> {
  const running = attachCluster();
  if (running === undefined || running.isDown)
    return { cluster: await startCluster({}, say), isOurs: true };
  say('tests take the cluster that runs');
  await running.heal();
  return { cluster: running, isOurs: false };
}

async function lock(): Promise<void> {
  let told = false;
  for (;;) {
    try {
      const file = openSync(lockFile, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      process.once('exit', unlock);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = holderOf();
    if (holder !== undefined && !lives(holder)) rmSync(lockFile, { force: true });
    else if (!told) {
      told = true;
      say(`waits for another run of its tests (process ${holder})`);
    }
    await sleep(200);
  }
}

function unlock(): void {
  if (holderOf() === process.pid) rmSync(lockFile, { force: true });
}

function holderOf(): number | undefined {
  try {
    // Empty while it is being written.
    return Number(readFileSync(lockFile, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
