/**
 * Watches a process while it is loaded: a probe and V8's CPU profiler within it, over its
 * inspector, and the kernel's figures from outside. It is left as it was, whatever happens.
 */
import { monotonicClock } from '../../load/generator/clock.js';
import { attachTo } from '../../profile/attach/attach.js';
import type { InspectorConnection } from '../../profile/sampling/inspector-connection.js';
import { programFacts } from '../../profile/sampling/probe.js';
import type { RawCpuProfile } from '../../profile/sampling/raw.js';
import { within } from '../../profile/sampling/sample.js';
import { forgetOptimizedCode, intervalUs } from '../../profile/sampling/samplers.js';
import type { Seen, Span, Taker } from '../evidence.js';
import { type RunningSampler, startSampler } from '../kernel/start-sampler.js';
import { type Probe, startProbe } from './probe.js';

/** Everything that was seen, by the system's monotonic clock. */
export interface Observation {
  readonly pid: number;
  readonly seen: readonly Seen[];
  readonly takers: readonly Taker[];
  /** The event loop's thread; absent if the process has gone. */
  readonly profile?: RawCpuProfile | undefined;
  /** The directory of the program's package; files are named from there. */
  readonly root?: string | undefined;
  /** Sentences on what could not be seen. */
  readonly notes: readonly string[];
}

export interface Watch {
  /** Ends the watching. Never rejects: what could not be had is in the notes. */
  take(): Promise<Observation>;
  /** Leaves the process. Resolves to true if it is as it was. */
  leave(): Promise<boolean>;
}

const beatEveryMs = 2_000;
/** How long the process may take to answer: it may be stopped, or in an endless loop. */
const patienceMs = 3_000;
/** A profile of many minutes is many MB. */
const profilePatienceMs = 10_000;

/** @throws ProfileError that says why the process can't be attached to, in one line */
export async function watchProcess(pid: number): Promise<Watch> {
  const { connection, opened, detach } = await attachTo(pid);
  let probe: Probe | undefined;
  let sampler: RunningSampler | undefined;
  let beat: NodeJS.Timeout | undefined;
  let began: Span | undefined;
  let profile: Promise<RawCpuProfile> | undefined;
  let isExiting = false;
  let isLate = false;
  const stopOnce = (span: Span) => {
    profile ??= stopProfiler(connection, span);
    return profile;
  };
  // It waits for us now, and nothing may be run in it, see attach.ts. So it is left at once.
  connection.on('NodeRuntime.waitingForDisconnect', async () => {
    isExiting = true;
    clearInterval(beat);
    if (began) await within(profilePatienceMs, stopOnce(began));
    await detach().catch(() => {});
  });
  const leave = async () => {
    clearInterval(beat);
    await sampler?.stop();
    // It was late once, so it is not waited for: the probe ends by itself when it misses us.
    const responds = () => !(connection.lost.aborted || isExiting || isLate);
    if (probe && responds()) await within(patienceMs, probe.stop());
    probe = undefined;
    if (responds()) await within(patienceMs, connection.post('Profiler.disable'));
    return await detach();
  };
  try {
    const { root } = await programFacts(connection);
    probe = await startProbe(connection, opened);
    const running = probe;
    const started = await startProfiler(connection);
    began = started;
    sampler = await startSampler(pid);
    const kernel = sampler;
    beat = setInterval(() => {
      if (!isExiting) running.beat().catch(() => {});
    }, beatEveryMs);
    const take = async (): Promise<Observation> => {
      const notes: string[] = [];
      const have = async <T>(what: string, part: Promise<T>, ms: number) => {
        let why: string | undefined;
        const failed = (error: Error) => {
          why = error.message;
          throw error;
        };
        const had = await within(ms, part.catch(failed));
        if (had !== undefined) return had;
        if (why === undefined) isLate = true;
        notes.push(`${what} could not be had: ${why ?? `no response within ${ms / 1000} s`}`);
        return undefined;
      };
      const figures = await kernel.take().catch(({ message }: Error) => {
        notes.push(`the kernel's figures could not be had: ${message}`);
        return undefined;
      });
      if (figures?.ended !== undefined)
        notes.push(`the kernel's figures end before the run does: ${figures.ended}`);
      if (figures && !figures.isOpen)
        notes.push('this user may not see where threads wait: a sync and a read look the same');
      const self = 'what the process saw of itself';
      let inside: Seen[] | undefined;
      if (!isExiting) inside = await have(self, running.stop(), patienceMs);
      probe = undefined;
      if (isExiting) notes.push(`process ${pid} exited during the run, and ${self} is lost`);
      const raw = await have('its CPU profile', stopOnce(started), profilePatienceMs);
      const seen = [...(figures?.seen ?? []), ...(inside ?? [])];
      return { pid, root, seen, takers: figures?.takers ?? [], profile: raw, notes };
    };
    return { take, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** @returns between which times it started */
async function startProfiler(connection: InspectorConnection): Promise<Span> {
  const { now } = monotonicClock();
  await connection.post('Profiler.enable');
  await connection.post('Profiler.setSamplingInterval', { interval: intervalUs });
  const fromUs = now();
  await connection.post('Profiler.start');
  const toUs = now();
  await forgetOptimizedCode(connection);
  return { fromUs, toUs };
}

/** V8's clock is the system's monotonic one on Linux. If it is not, the start says by how much. */
async function stopProfiler(
  connection: InspectorConnection,
  { fromUs, toUs }: Span,
): Promise<RawCpuProfile> {
  const { profile } = await connection.post<{ profile: RawCpuProfile }>('Profiler.stop');
  const startTime = Math.min(toUs, Math.max(fromUs, profile.startTime));
  return { ...profile, startTime, endTime: profile.endTime + startTime - profile.startTime };
}
