/** One run: a fresh server with a fault, and `evenkeel load --explain` on it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadRecord } from '#dist/lab/load/result/load-record.js';
import { type Fault, keySpace, type ServerName } from './faults.js';
import { evict, goFirst, limitReads } from './machine.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const here = (name: string) => join(root, 'test/explain', name);

/** The load has one CPU, the server another. */
const cpus = { generator: '0', server: '1' };
const slowMs = 15;

export interface Run {
  readonly record: LoadRecord;
  readonly text: string;
}

interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * @param seconds of the load
 * @param isTail explains what is above p99, instead of what is slow
 */
export async function runFault(
  name: ServerName,
  fault: Omit<Fault, 'cause'>,
  seconds: number,
  isTail = false,
): Promise<Run> {
  const home = mkdtempSync(join(root, 'build', 'explain-'));
  try {
    await prepare(name, home);
    if (fault.slowReads) evict(largeFile(name, home));
    const server = await start(command(name, home, fault, await freePort()), fault);
    const unlimited = fault.slowReads ? limitReads(server.pid, home) : undefined;
    const hog = fault.hog && startHog(cpus[fault.hog], seconds + 5);
    try {
      return await load(server, fault, name, { seconds, isTail, home });
    } finally {
      hog?.kill('SIGKILL');
      await server.stop();
      unlimited?.();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function load(
  { url, pid }: Server,
  { load: flags, path = '' }: Omit<Fault, 'cause'>,
  name: ServerName,
  how: { seconds: number; isTail: boolean; home: string },
): Promise<Run> {
  const json = join(how.home, 'run.json');
  const child = spawn(
    'taskset',
    [
      ...['-c', cpus.generator],
      ...[process.execPath, main, 'load', '-t1', '-c20', '--warmup', '3s'],
      ...['-d', `${how.seconds}s`, ...flags[name], '--allow-invalid', '--json', json],
      ...(how.isTail ? [] : ['--slow', `${slowMs}ms`]),
      ...['--explain', String(pid), url + (name === 'plain' ? path : '')],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  goFirst(child.pid as number);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`load ended with ${code}: ${text}`);
  return { record: JSON.parse(readFileSync(json, 'utf8')), text };
}

/** @param inspectorPort another than that of any other program */
function command(
  name: ServerName,
  home: string,
  { inside, slowCalls }: Omit<Fault, 'cause'>,
  inspectorPort: number,
) {
  const delay = `inject=${slowCalls?.[name]}:delay_exit=60000:when=40+40`;
  const traced = ['strace', '-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e'];
  const serve =
    name === 'plain'
      ? [here('plain-server.mjs'), home]
      : [main, 'serve', '--port', '0', '--json', '--data', join(home, 'data')];
  return [
    ...['taskset', '-c', cpus.server],
    ...(slowCalls ? [...traced, `trace=${slowCalls[name]}`, '-e', delay] : []),
    ...[process.execPath, '--expose-gc', `--inspect-port=${inspectorPort}`],
    ...(inside ? ['--import', here('inject.mjs')] : []),
    ...serve,
  ];
}

async function start(words: readonly string[], { inside }: Pick<Fault, 'inside'>) {
  const [program = '', ...args] = words;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, FAULT: inside ?? '' },
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => Promise.reject(new Error(`${words.join(' ')} ended at once`))),
  ])) as [string];
  const { url, pid } = JSON.parse(line) as { url: string; pid: number };
  const stop = async () => {
    process.kill(pid, 'SIGTERM');
    await ended;
  };
  goFirst(child.pid as number);
  goFirst(pid);
  return { url, pid, stop } satisfies Server;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function startHog(cpu: string, seconds: number): ChildProcess {
  // Real-time: it gets the CPU whenever it wants it.
  const first = ['-f', '1', 'taskset', '-c', cpu];
  return spawn('chrt', [...first, process.execPath, here('hog.mjs'), String(seconds)]);
}

function largeFile(name: ServerName, home: string): string {
  return name === 'plain' ? join(home, 'large') : join(home, 'data', 'data.mdb');
}

/** The plain server's file, or Evenkeel's entities. Evenkeel's are filled once, and copied. */
async function prepare(name: ServerName, home: string): Promise<void> {
  if (name === 'plain') {
    run('dd', ['if=/dev/urandom', `of=${join(home, 'large')}`, 'bs=1M', 'count=256']);
    return;
  }
  const filled = join(root, 'build', `explain-store-${process.pid}`);
  if (!existsSync(filled)) await fill(filled);
  run('cp', ['-r', filled, join(home, 'data')]);
}

async function fill(directory: string): Promise<void> {
  mkdirSync(directory);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const serve = [process.execPath, main, 'serve', '--port', '0', '--json', '--data', directory];
  const server = await start(serve, {});
  const load = [main, 'load', '-t1', '-c50', '-R8000', '-d', `${keySpace / 8000 + 3}s`];
  const keys = ['--workload', 'put', '--key-space', String(keySpace), '--value-bytes', '1000'];
  run(process.execPath, [...load, ...keys, '--allow-invalid', server.url]);
  await server.stop();
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
}
