/** The processes under watch: the server, and one of the load for each phase, with the probe in all their threads. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Stretch, Who } from './evidence.js';
import type { PhaseOptions, PhaseResult } from './load-child.js';
import type { ProbeEvent } from './probe.js';
import type { Sampler } from './sampler.js';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const probe = new URL('./probe.js', import.meta.url).href;
const startLimitMs = 20_000;
const endLimitMs = 15_000;
/** What a run may take beyond its duration. */
const runLimitMs = 90_000;

export interface Server {
  readonly url: string;
  readonly pid: number;
  /** What the probe has told since the last call. */
  take(): readonly Stretch[];
  end(): Promise<void>;
}

export async function startServer(folder: string, sampler: Sampler): Promise<Server> {
  const args = [
    file('../../../dist/cli/main.js'),
    'serve',
    '--port',
    '0',
    '--json',
    '--data',
    folder,
  ];
  const { child, take } = start(args, 'pipe', sampler, (tid, pid) =>
    tid === pid ? 'main' : 'writer',
  );
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const url = await settled<string>(child, startLimitMs, (resolve) =>
    lines.once('line', (line) => resolve((JSON.parse(line) as { url: string }).url)),
  );
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), endLimitMs);
    await ended;
    clearTimeout(timer);
  };
  return { url, pid: child.pid as number, take, end };
}

/** Runs one phase of the load to its end. */
export async function runPhase(
  options: PhaseOptions,
  sampler: Sampler,
): Promise<{ result: PhaseResult; stretches: readonly Stretch[] }> {
  const args = [file('./load-child.js'), JSON.stringify(options)];
  const { child, take } = start(args, 'inherit', sampler, (_tid, _pid, generator) =>
    generator === undefined ? undefined : `generator ${generator}`,
  );
  const result = await settled<PhaseResult>(child, options.durationMs + runLimitMs, (resolve) =>
    child.on('message', (message: ProbeEvent | PhaseResult) => {
      if (message.event === 'result') resolve(message);
    }),
  );
  return { result, stretches: take() };
}

type Role = (tid: number, pid: number, generator: number | undefined) => Who | undefined;

function start(
  args: readonly string[],
  stdout: 'pipe' | 'inherit',
  sampler: Sampler,
  roleOf: Role,
) {
  const child = spawn(process.execPath, ['--import', probe, ...args], {
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const roles = new Map<number, Who>();
  let stretches: Stretch[] = [];
  child.on('message', (message: ProbeEvent | PhaseResult) => {
    if (message.event === 'thread') {
      const pid = child.pid as number;
      const who = roleOf(message.tid, pid, message.generator);
      if (who === undefined) return;
      roles.set(message.tid, who);
      sampler.watch(who, pid, message.tid);
      if (who === 'main') sampler.watchHelpers(pid);
    } else if (message.event === 'stretch') {
      const { event: _, tid, ...stretch } = message;
      const who = roles.get(tid);
      if (who) stretches.push({ who, ...stretch });
    }
  });
  const take = () => {
    const taken = stretches;
    stretches = [];
    return taken;
  };
  return { child, take };
}

/** @throws Error if the process ends before, or does not come to it in time, which ends it */
function settled<T>(
  child: ChildProcess,
  limitMs: number,
  wait: (resolve: (value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnargs.slice(3, 5).join(' ')} ${what}`));
    };
    const timer = setTimeout(() => fail(`was not done within ${limitMs / 1000} s`), limitMs);
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    wait((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
