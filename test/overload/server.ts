/** The server under attack: a process of its own, in a memory cgroup if this machine has one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { limitMemory } from '../../bench/support/memory-limit.js';
import { complaintsIn } from '../support/process.js';

const mainFile = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url));

export interface AttackedServer {
  readonly port: number;
  /** Stops the samples, and the server in order. May be called twice. */
  stop(): Promise<ServerEnd>;
}

export interface ServerEnd {
  /** Why it is not as it should be; undefined: it ended in order when it was told to. */
  readonly fault: string | undefined;
  /** The most that was resident and not of a file, by samples. */
  readonly peakBytes: number;
}

export interface ServerOptions {
  readonly directory: string;
  readonly config: string;
  readonly maxBytes: number;
  readonly descriptors?: number | undefined;
}

/** How memory is bounded here, in words for the table. */
export function memoryBound(maxBytes: number): string {
  const limit = limitMemory(maxBytes);
  limit.remove?.();
  return limit.missing ?? 'a memory cgroup';
}

export async function startAttacked(options: ServerOptions): Promise<AttackedServer> {
  const { directory, config, maxBytes, descriptors } = options;
  const limit = limitMemory(maxBytes);
  const ulimit =
    descriptors === undefined ? [] : ['sh', '-c', `ulimit -n ${descriptors} && exec "$@"`, 'sh'];
  const serve = ['serve', '--port', '0', '--json', '--data', directory, '--config', config];
  const [program = '', ...args] = [
    ...(limit.command ?? []),
    ...ulimit,
    process.execPath,
    mainFile,
    ...serve,
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const { url, pid } = JSON.parse(await firstLine(child, ended, () => errors)) as {
    url: string;
    pid: number;
  };
  let peakBytes = 0;
  const sample = () => {
    peakBytes = Math.max(peakBytes, anonymousBytes(pid));
  };
  const timer = setInterval(sample, 20);
  let stopped: Promise<ServerEnd> | undefined;
  const early = ended.then((end) => `ended by itself with ${end}: ${errors}`);
  const stop = async (): Promise<ServerEnd> => {
    sample();
    clearInterval(timer);
    const died = await Promise.race([early, Promise.resolve(undefined)]);
    if (died === undefined) process.kill(pid, 'SIGTERM');
    const end = await ended;
    limit.remove?.();
    const fault = died ?? (end === 0 ? undefined : `ended with ${end}: ${errors}`);
    return { fault: fault ?? complaintIn(errors), peakBytes };
  };
  return {
    port: Number(new URL(url).port),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** A line for the operator, but for the one about requests that the end cut off. */
function complaintIn(errors: string): string | undefined {
  const lines = complaintsIn(errors)
    .split('\n')
    .filter((text) => text !== '' && !/did not finish/.test(text));
  return lines.length === 0 ? undefined : `said ${lines.join(' / ')}`;
}

async function firstLine(
  child: ChildProcess,
  ended: Promise<unknown>,
  errors: () => string,
): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  while (!text.includes('\n')) {
    const end = await Promise.race([once(child.stdout ?? child, 'data').then(() => ''), ended]);
    if (end !== '') throw new Error(`the server did not start (${end}): ${errors()}`);
  }
  return text.slice(0, text.indexOf('\n'));
}

/** The map of the data file is left out: the kernel takes its pages back when it needs them. */
function anonymousBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
