/**
 * A build under comparison: a command that starts a server, or the URL of one that runs already. A
 * command is started afresh for each run, so the luck of one process is chance, and shows as such.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError } from './build-error.js';
import type { Usage } from './figures.js';
import { groupUsage } from './group-usage.js';

export type BuildTarget =
  /** In it, {port} and {dir} are filled in. */
  | { readonly command: string; readonly path: string; readonly parentDirectory: string }
  | { readonly url: string };

export interface BuildServer {
  readonly url: string;
  /** Its processes are of this group; absent for a server that runs already. */
  readonly group?: number;
  /** CPU time and writes of its processes so far; undefined where that can't be known. */
  readonly usage: () => Usage | undefined;
  close(): Promise<void>;
}

const startLimitMs = 30_000;
const endLimitMs = 10_000;
const pollMs = 20;
/** Kept of what a command says, for the error if it fails. */
const maxSaid = 2000;

/** @throws BuildError */
export async function startBuild(target: BuildTarget): Promise<BuildServer> {
  if ('url' in target) return { url: target.url, usage: () => undefined, close: async () => {} };
  const port = await freePort();
  const directory = mkdtempSync(join(target.parentDirectory, 'evenkeel-ab-'));
  const command = target.command.replaceAll('{port}', String(port)).replaceAll('{dir}', directory);
  // A group of its own: it ends with all that the shell started, and Ctrl-C reaches us alone.
  const child = spawn('sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => signalGroup(child, 'SIGKILL');
  process.once('exit', kill);
  const close = async () => {
    await endGroup(child);
    process.off('exit', kill);
    rmSync(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}${target.path}`;
  try {
    await untilAnswered(child, url);
  } catch (error) {
    await close();
    throw error;
  }
  const group = child.pid as number;
  return { url, group, usage: () => groupUsage(group), close };
}

/** A port that is free now. Another program may take it before the command does. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilAnswered(child: ChildProcess, url: string): Promise<void> {
  let said = '';
  let ended: string | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-maxSaid);
    });
  child.once('error', (error) => {
    ended ??= `could not be started: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    ended ??= `ended with ${signal ?? code} before it answered`;
  });
  const failed = (what: string) =>
    new BuildError(`the command ${what}: ${said.trim() || 'it said nothing'}`);
  for (const limit = performance.now() + startLimitMs; performance.now() < limit; ) {
    if (await isAnswered(url)) return;
    if (ended !== undefined) throw failed(ended);
    await sleep(pollMs);
  }
  throw failed(`did not answer at ${url} within ${startLimitMs / 1000} s`);
}

/** Any response will do: the run itself says whether it is the right one. */
function isAnswered(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 1000 }, (response) => {
      response.destroy();
      resolve(true);
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(false));
  });
}

async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, 'SIGTERM');
  for (const limit = performance.now() + endLimitMs; performance.now() < limit; ) {
    if (!signalGroup(child, 0)) return;
    await sleep(pollMs);
  }
  signalGroup(child, 'SIGKILL');
}

/** Returns whether anything of the group is still there. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
