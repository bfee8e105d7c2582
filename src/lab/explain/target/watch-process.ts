/**
 * Watches a process while it is loaded: a probe and V8's CPU profiler within it, over its
 * inspector, and the kernel's figures from outside. It is left as it was, whatever happens.
 */
import { monotonicClock } from '../../load/generator/clock.js';
import { attachTo } from '../../profile/attach/attach.js';
import type { InspectorConnection } from '../../profile/sampling/inspector-connection.js';
import { programFacts } from '../../profile/sampling/probe.js';
import type { RawCpuProfile } from '../../profile/sampling/raw.js';
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

/** @throws ProfileError that says why the process can't be attached to, in one line */
export async function watchProcess(pid: number): Promise<Watch> {
  const { connection, opened, detach } = await attachTo(pid);
  let probe: Probe | undefined;
  let sampler: RunningSampler | undefined;
  let beat: NodeJS.Timeout | undefined;
  const leave = async () => {
    clearInterval(beat);
    await sampler?.stop();
    // Without this the probe would stay until it misses us.
    if (probe && !connection.lost.aborted) await probe.stop().catch(() => {});
    probe = undefined;
    await connection.post('Profiler.disable').catch(() => {});
    return await detach();
  };
  try {
    const { root } = await programFacts(connection);
    probe = await startProbe(connection, opened);
    const running = probe;
    const began = await startProfiler(connection);
    sampler = await startSampler(pid);
    const kernel = sampler;
    beat = setInterval(() => void running.beat().catch(() => {}), beatEveryMs);
    const take = async (): Promise<Observation> => {
      const notes: string[] = [];
      const have = <T>(what: string, part: Promise<T>): Promise<T | undefined> =>
        part.catch((error: Error) => {
          notes.push(`${what} could not be had: ${error.message}`);
          return undefined;
        });
      const figures = await have("the kernel's figures", kernel.take());
      if (figures && !figures.isOpen)
        notes.push('this user may not see where threads wait: a sync and a read look the same');
      const inside = await have('what the process saw of itself', running.stop());
      if (inside) probe = undefined;
      const profile = await have('its CPU profile', stopProfiler(connection, began));
      const seen = [...(figures?.seen ?? []), ...(inside ?? [])];
      return { pid, root, seen, takers: figures?.takers ?? [], profile, notes };
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
