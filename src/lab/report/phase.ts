/**
 * One phase of a report, PUT or GET: the measured run, then the same load again under each sampler.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatVerdict, judge } from '../load/judge/verdict.js';
import { runLoad } from '../load/load.js';
import { defaultOptions, type LoadOptions } from '../load/load-options.js';
import { toRecord } from '../load/output/make-record.js';
import { formatCalibration, formatHeader, formatReport } from '../load/output/wrk2-text.js';
import type { LoadResult } from '../load/result/result.js';
import { sampleOver } from '../profile/attach/admin-client.js';
import { profileOf } from '../profile/convert/profile-of.js';
import { topFrames } from '../profile/frame-table.js';
import type { Profile } from '../profile/profile.js';
import type { Recording } from '../profile/sampling/recording.js';
import { type ReportOptions, scriptOf, windowSeconds } from './report-options.js';
import type {
  PhaseName,
  PhaseRecord,
  ProfileKind,
  ReportMachine,
  WindowRecord,
} from './report-record.js';
import type { ServerUnderTest } from './server-under-test.js';

export interface PhaseContext {
  readonly options: ReportOptions;
  readonly server: ServerUnderTest;
  readonly machine: ReportMachine;
  readonly signal: AbortSignal;
  readonly log: (text: string) => void;
}

export type Profiles = Readonly<Record<ProfileKind, Profile>>;

/** Frames that a report names of each graph. */
export const framesNamed = 10;
/** The load runs this long before a sampling, and twice as long after: a sampler has to settle. */
const marginMs = 1_000;
/** Keys that each thread of wrk/get.lua reads unless told otherwise. */
const keysRead = 10_000;

/** Sends without measuring, so that the server's code is warm. @returns {@link keysWritten} */
export async function warmUp(
  name: PhaseName,
  context: PhaseContext,
  durationMs: number,
  keys: number,
): Promise<number> {
  const { signal } = context;
  const result = await runLoad(loadOptions(name, context, durationMs, keys), { signal });
  signal.throwIfAborted();
  return keysWritten(result);
}

/** Keys that each thread of wrk/put.lua has surely written from its first on, for wrk/get.lua. */
function keysWritten({ threads, options }: LoadResult): number {
  return Math.min(...threads.map(({ completed }) => completed)) - options.connections;
}

/** @param keys that each thread of a GET may read */
export async function runPhase(
  name: PhaseName,
  context: PhaseContext,
  keys: number,
): Promise<{ record: PhaseRecord; profiles: Profiles; keys: number }> {
  const { options, machine, signal, log } = context;
  log(`${name.toUpperCase()}: ${options.rate}/s for ${options.durationMs / 1000} s`);
  const load = loadOptions(name, context, options.durationMs, keys);
  let text = formatHeader(load);
  const result = await runLoad(load, {
    signal,
    onCalibrated: (threads) => {
      text += threads.map(formatCalibration).join('');
    },
  });
  signal.throwIfAborted();
  const verdict = judge(result);
  const lines = formatVerdict(verdict, result);
  text += formatReport(result, { latency: true, uncorrected: false });
  text += `${lines.join('\n')}\n`;
  log(`${name.toUpperCase()}: ${lines.join(' ').replace(/^Verdict: /, '')}`);
  const cpu = await profileWindow('cpu', name, context, keys);
  const alloc = await profileWindow('alloc', name, context, keys);
  return {
    record: {
      commandLine: commandLineOf(name, load),
      text,
      load: toRecord(result, { machine, verdict, slo: [] }),
      windows: { cpu: cpu.window, alloc: alloc.window },
    },
    profiles: { cpu: cpu.profile, alloc: alloc.profile },
    keys: keysWritten(result),
  };
}

async function profileWindow(
  kind: ProfileKind,
  name: PhaseName,
  { options, server, signal, ...context }: PhaseContext,
  keys: number,
): Promise<{ window: WindowRecord; profile: Profile }> {
  const seconds = windowSeconds(options.durationMs);
  const what = kind === 'cpu' ? 'CPU' : 'allocations';
  context.log(`${name.toUpperCase()}: ${what} for ${seconds} s, same load`);
  const load = loadOptions(name, { options, server }, seconds * 1000 + 3 * marginMs, keys);
  let sampling: Promise<Recording> | undefined;
  const result = await runLoad(load, {
    signal,
    onBegin: () => {
      sampling = sleep(marginMs).then(() =>
        sampleOver({ url: server.adminUrl, token: server.token }, { kind, seconds, signal }),
      );
      // It is awaited once the load is over; until then nobody hears of its failure.
      sampling.catch(() => {});
    },
  });
  signal.throwIfAborted();
  const recording = await (sampling as Promise<Recording>);
  // The rate is constant, so the window has had its share of the requests.
  const requests = Math.round((result.completed * recording.durationUs) / result.elapsedUs);
  const profile = profileOf(recording, requests);
  return { profile, window: windowOf(profile, seconds, requests, result) };
}

function windowOf(
  { stacks, metrics }: Profile,
  seconds: number,
  requests: number,
  { latency }: LoadResult,
): WindowRecord {
  const [p50, p99] = [50, 99].map((percentile) => latency.valueAtPercentile(percentile));
  return {
    seconds,
    requests,
    total: stacks.reduce((sum, { value }) => sum + value, 0),
    ...(metrics && { beside: metrics }),
    latencyUs: { p50: p50 as number, p99: p99 as number, max: latency.max },
    top: topFrames({ stacks }, framesNamed),
  };
}

function loadOptions(
  name: PhaseName,
  { options, server }: Pick<PhaseContext, 'options' | 'server'>,
  durationMs: number,
  keys: number,
): LoadOptions {
  const { threads, connections, rate } = options;
  const args = name === 'get' && keys < keysRead ? [String(Math.max(2, keys))] : [];
  const work = { kind: 'script', file: scriptOf(name), args } as const;
  const { url, token, certificates } = server;
  return {
    ...{ ...defaultOptions, url, threads, connections, rate, durationMs, work },
    ...(token !== undefined && { headers: [['Authorization', `Bearer ${token}`]] }),
    ...(certificates && { certificates }),
  };
}

function commandLineOf(
  name: PhaseName,
  { threads, connections, durationMs, rate, url, work, headers, certificates }: LoadOptions,
): string {
  const { ca, cert, servername } = certificates ?? {};
  const access = [
    headers.length > 0 ? ' --token-file FILE' : '',
    ca === undefined ? '' : ' --cacert FILE',
    cert === undefined ? '' : ' --cert FILE --key FILE',
    servername === undefined ? '' : ` --servername ${servername}`,
  ].join('');
  const shape = `-t${threads} -c${connections} -d${durationMs / 1000}s -R${rate}`;
  const args = work.kind === 'script' ? work.args.map((arg) => ` -- ${arg}`) : [];
  return `evenkeel load ${shape} -s ${scriptOf(name)} --latency${access} ${url}${args.join('')}`;
}
