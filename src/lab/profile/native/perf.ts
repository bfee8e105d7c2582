/**
 * Samples the CPU time of a Node process with Linux's perf: all its threads, with native and kernel
 * frames, which V8's samplers do not see. The process is not attached to. A sample stands for the
 * time until the next one, so frames are worth µs, as V8's are.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkIsNode } from '../attach/process-info.js';
import type { Original } from '../convert/frame-naming.js';
import { PerfScript } from '../convert/perf-script.js';
import type { Frame, Profile } from '../profile.js';
import { ProfileError } from '../profile-errors.js';
import type { SampleOptions } from '../sampling/sample.js';
import { codeOf, programRootOf } from './perf-process.js';

interface NativeOptions extends SampleOptions {
  /** Tells where generated code came from. */
  readonly original?: Original;
}

/** Not a divisor of 1000, or a program in step with the clock would be so with the samples. */
const samplesPerSecond = 499;
const maxRecorded = '512M';

/** @throws ProfileError `perf` if it fails or is refused; `gone`, `not-node`, `not-permitted` */
export async function sampleNative(
  pid: number,
  { seconds, signal, original }: NativeOptions,
): Promise<Profile> {
  if (process.platform !== 'linux')
    throw perfError(`--native needs Linux and its perf; this is ${process.platform}`);
  checkIsNode(pid, whyNode);
  const root = programRootOf(pid);
  const directory = await mkdtemp(join(tmpdir(), 'evenkeel-perf-'));
  try {
    const file = join(directory, 'perf.data');
    const durationUs = await record(pid, file, seconds, signal);
    // Read after the sampling: the list has the code made while sampling.
    const code = codeOf(pid);
    const script = new PerfScript({ pid, code, root, original });
    await readSamples(file, script);
    const stacks = script.stacks();
    const notes = [...(code ? [] : [namelessNote]), ...(seesKernel(stacks) ? [] : [kernelNote])];
    return { kind: 'cpu', stacks, durationUs, ...(notes.length > 0 && { notes }) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const whyNode = 'for other programs use perf itself';
const namelessNote =
  "JavaScript has no names, but '(compiled code)': for names start the program with " +
  "NODE_OPTIONS='--perf-basic-prof-only-functions --interpreted-frames-native-stack'";
const kernelNote =
  'no frame of the kernel was seen: it takes root, or ' +
  'sysctl kernel.perf_event_paranoid=1, to see them';

function seesKernel(stacks: Profile['stacks']): boolean {
  const isKernel = ({ file }: Frame) => file === '[kernel]';
  return stacks.length === 0 || stacks.some(({ frames }) => frames.some(isKernel));
}

/** @returns for how long, in µs */
async function record(pid: number, file: string, seconds: number, signal?: AbortSignal) {
  const how = `-q -N -e cpu-clock -F ${samplesPerSecond} -g --max-size ${maxRecorded}`.split(' ');
  const perf = run(['record', ...how, '-o', file, '-p', `${pid}`, '--', 'sleep', `${seconds}`]);
  const begun = performance.now();
  const interrupt = () => perf.child.kill('SIGINT');
  signal?.addEventListener('abort', interrupt);
  const { code, problem } = await perf.ended.finally(() =>
    signal?.removeEventListener('abort', interrupt),
  );
  // It ends as its `sleep` did: by SIGTERM from perf, if it was interrupted or the process ended.
  if (code !== null && ![0, 130, 143].includes(code)) {
    checkIsNode(pid, whyNode);
    const why = problem || `it ended with ${code}`;
    throw perfError(`perf does not sample process ${pid}: ${why}; ${howToPermit}`);
  }
  return Math.min(seconds * 1e6, (performance.now() - begun) * 1000);
}

const howToPermit =
  'root may use it; other users may with sysctl kernel.perf_event_paranoid=2 ' +
  '(1 shows the kernel too), in a container with the capability PERFMON';

/** Without inlined frames, which would start addr2line for every address. */
async function readSamples(file: string, script: PerfScript): Promise<void> {
  // --force, or perf refuses a file that another user seems to have written.
  const perf = run(['script', '-i', file, '--force', '--no-inline', '-F', 'tid,period,ip,sym,dso']);
  for await (const line of createInterface({ input: perf.child.stdout })) script.add(line);
  const { code, problem } = await perf.ended;
  if (code !== 0) throw perfError(`perf can't read what it recorded: ${problem}`);
}

function run(args: readonly string[]) {
  // A group of its own, so that Ctrl-C reaches it through the signal only. In English, for us.
  const child = spawn('perf', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 4000);
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<{ code: number | null; problem: string }>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? missing : `perf does not start: ${cause.message}`;
      reject(perfError(why, { cause }));
    });
    child.on('close', (code) => resolve({ code, problem: firstSentence(said) }));
  }).finally(() => process.off('exit', kill));
  ended.catch(() => {}); // whoever waits for it hears of it
  return { child, ended };
}

const missing =
  'perf is not on this machine; install it ' +
  '(Debian: linux-perf, Ubuntu: linux-tools-generic, Fedora: perf)';

function perfError(message: string, options?: ErrorOptions): ProfileError {
  return new ProfileError('perf', message, options);
}

/** perf explains itself at length. */
function firstSentence(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && line !== 'Error:')?.replace(/\.$/, '') ?? '';
}
