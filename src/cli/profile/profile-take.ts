/** `evenkeel profile cpu` and `alloc`: attaches, samples, detaches, writes. */
import { optional, UsageError, wholeNumber, withDefault } from '../../config/parsers.js';
import {
  type AdminAddress,
  sampleOver,
  statusOver,
} from '../../lab/profile/attach/admin-client.js';
import { maxSeconds } from '../../lab/profile/attach/admin-protocol.js';
import { attachTo } from '../../lab/profile/attach/attach.js';
import { profileOf } from '../../lab/profile/convert/profile-of.js';
import { toCpuProfile } from '../../lab/profile/convert/to-cpuprofile.js';
import { sampleNative } from '../../lab/profile/native/perf.js';
import type { Profile } from '../../lab/profile/profile.js';
import type { Recording } from '../../lab/profile/sampling/recording.js';
import { type SampleOptions, sampleKind } from '../../lab/profile/sampling/sample.js';
import { adminUrl } from '../args/admin-url.js';
import { on, parseCommandLine, unexpected, type Values } from '../args/flags.js';
import { tokenFlag } from '../args/server-access.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../signals.js';
import { counting } from './countdown.js';
import { type Output, outputFlag, writeProfile } from './profile-output.js';
import { describeProfile } from './profile-text.js';

export const takeFlags = {
  pid: {
    value: 'N',
    help: 'the process; any Node program of yours',
    ...optional(wholeNumber(1, 2 ** 31 - 1)),
  },
  url: {
    value: 'ADMIN',
    help: 'or the admin address of a server, as evenkeel serve --admin-port prints it',
    ...optional(adminUrl),
  },
  ...tokenFlag,
  native: on('cpu only: by Linux perf, all threads, with native and kernel frames'),
  seconds: {
    value: 'N',
    help: 'length of the sampling',
    ...withDefault(wholeNumber(1, maxSeconds), 15),
  },
  requests: {
    value: 'N',
    help: 'number of requests served while sampling, to see the cost per request',
    ...optional(wholeNumber(1, 999_999_999_999_999)),
  },
  output: outputFlag('a file to write; may be given several times (cpu.svg, alloc.svg)'),
};

type Kind = Recording['kind'];

export async function take(kind: Kind, args: readonly string[]): Promise<void> {
  const { values, operands } = parseCommandLine(takeFlags, args);
  const { pid, url, native, seconds, requests, 'token-file': token } = values;
  if (operands.length > 0) throw unexpected(operands[0]);
  if (native && kind !== 'cpu')
    throw new UsageError('--native is for profile cpu: perf sees no allocations');
  const outputs = outputsFor(kind, values.output);
  const interruption = new AbortController();
  const stopListening = onInterrupt(() => interruption.abort());
  const { signal } = interruption;
  const taken = await takenBy({ kind, pid, url, token, native, seconds, signal }).finally(
    stopListening,
  );
  if (signal.aborted) process.exitCode = exitCodes.interrupted;
  if (taken === undefined) return;
  const { profile, raw } = resultOf(taken, requests);
  for (const line of describeProfile(profile, taken.who)) process.stdout.write(`${line}\n`);
  for (const output of outputs) {
    writeProfile(output, profile, { title: `${titles[kind]}, ${taken.who}`, raw });
    process.stdout.write(`Wrote ${output.file}\n`);
  }
}

const titles: Readonly<Record<Kind, string>> = { cpu: 'CPU time', alloc: 'Allocations' };

type How = Required<SampleOptions> & { readonly kind: Kind };
type Asked = How &
  Pick<Values<typeof takeFlags>, 'pid' | 'url' | 'native'> & { readonly token: string | undefined };

interface Taken {
  /** By V8's samplers, or by perf. */
  readonly result: { readonly recording: Recording } | { readonly profile: Profile };
  readonly who: string;
}

function resultOf(
  { result }: Taken,
  requests: number | undefined,
): { profile: Profile; raw: object } {
  if ('recording' in result)
    return { profile: profileOf(result.recording, requests), raw: result.recording.raw };
  const profile = { ...result.profile, ...(requests !== undefined && { requests }) };
  return { profile, raw: toCpuProfile(profile) };
}

async function takenBy({ pid, url, token, native, ...asked }: Asked): Promise<Taken | undefined> {
  if ((pid === undefined) === (url === undefined))
    throw new UsageError('give either --pid, a process, or --url, an admin address');
  if (url === undefined) {
    if (token !== undefined) throw new UsageError('--token-file is for --url, an admin address');
    return native ? byPerf(pid as number, asked) : fromProcess(pid as number, asked);
  }
  const admin = { url, token };
  return native ? byPerf((await statusOver(admin)).pid, asked) : fromAdmin(admin, asked);
}

async function byPerf(pid: number, { seconds, signal }: How): Promise<Taken> {
  const { profile, notes } = await counting(seconds, sampleNative(pid, { seconds, signal }));
  for (const note of notes) process.stderr.write(`evenkeel: note: ${note}\n`);
  return { result: { profile }, who: `process ${pid}` };
}

async function fromProcess(pid: number, { kind, seconds, signal }: How): Promise<Taken> {
  const { connection, detach } = await attachTo(pid);
  try {
    const recording = await counting(seconds, sampleKind(kind, connection, { seconds, signal }));
    return { result: { recording }, who: `process ${pid}` };
  } finally {
    if (!(await detach()))
      process.stderr.write(`evenkeel: warning: the inspector of process ${pid} is still open\n`);
  }
}

async function fromAdmin(
  admin: AdminAddress,
  { kind, seconds, signal }: How,
): Promise<Taken | undefined> {
  const { pid } = await statusOver(admin);
  try {
    const recording = await counting(seconds, sampleOver(admin, { kind, seconds, signal }));
    return { result: { recording }, who: `process ${pid}` };
  } catch (error) {
    if (signal.aborted) return undefined; // given up; the server gave it up too
    throw error;
  }
}

function outputsFor(kind: Kind, given: readonly Output[]): readonly Output[] {
  for (const { file, only } of given)
    if (only !== undefined && only !== kind)
      throw new UsageError(`-o ${file} is for profile ${only}; profile ${kind} does not know it`);
  return given.length > 0 ? given : [{ file: `${kind}.svg`, format: 'svg' }];
}
