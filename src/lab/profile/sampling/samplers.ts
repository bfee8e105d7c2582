/** V8's samplers, as something that is begun in a thread and ended there. */
import type { InspectorConnection } from './inspector-connection.js';
import type { RawCpuProfile, RawHeapProfile } from './raw.js';

export interface Sampler<Raw> {
  /** How long after its beginning a thread still behaves otherwise than it did before. */
  readonly settleSeconds: number;
  /** Whether it tells the halves of the window apart; its result is of the first one. */
  readonly halves?: true;
  begin(connection: InspectorConnection): Promise<Sampling<Raw>>;
  /** The scripts in a result. */
  urlsOf(raw: Raw): Iterable<string>;
}

export interface Sampling<Raw> {
  /** Half of the window is over. */
  half?(): Promise<void>;
  /** @param settledUs time from the beginning that a sampler which settles leaves out */
  end(settledUs: number): Promise<Raw>;
}

/** Its cost to a thread grows with the samples. */
export const intervalUs = 1000;
/** V8 keeps every sample until the end. */
export const intervalBytes = 32_768;

/** Where the thread is, every so many µs. */
export const cpuSampler: Sampler<RawCpuProfile> = {
  settleSeconds: 1,
  urlsOf: ({ nodes }) => nodes.map(({ callFrame }) => callFrame.url),
  begin: async (connection) => {
    await connection.post('Profiler.enable');
    await connection.post('Profiler.setSamplingInterval', { interval: intervalUs });
    await connection.post('Profiler.start');
    await forgetOptimizedCode(connection);
    return {
      end: async (settledUs) => {
        const { profile } = await connection.post<{ profile: RawCpuProfile }>('Profiler.stop');
        await connection.post('Profiler.disable');
        return trimStart(profile, settledUs);
      },
    };
  },
};

/** Cuts the beginning off a CPU profile, as if it had been started later. */
export function trimStart(raw: RawCpuProfile, us: number): RawCpuProfile {
  const startTime = Math.min(raw.endTime, raw.startTime + us);
  const samples: number[] = [];
  const timeDeltas: number[] = [];
  const hits = new Map<number, number>();
  let at = raw.startTime;
  let last = startTime;
  for (const [index, id] of raw.samples.entries()) {
    at += raw.timeDeltas[index] ?? 0;
    if (at < startTime) continue;
    samples.push(id);
    timeDeltas.push(at - last);
    hits.set(id, (hits.get(id) ?? 0) + 1);
    last = at;
  }
  // Lines are counted over all of the time, so they would not add up any more.
  const nodes = raw.nodes.map(({ id, callFrame, children }) => ({
    id,
    callFrame,
    hitCount: hits.get(id) ?? 0,
    ...(children && { children }),
  }));
  return { nodes, startTime, endTime: raw.endTime, samples, timeDeltas };
}

/**
 * V8 does not tell the sampler what was inlined into a loop that was optimized before, and gives
 * its time to the function around it (in 5 of 45 trials a timer's callback was missing altogether).
 * Whatever is optimized while it samples is told. So all is optimized again, which takes the
 * program some tenths of a second: coverage needs the same, and asking for it is the only way.
 */
export async function forgetOptimizedCode(connection: InspectorConnection): Promise<void> {
  await connection.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false });
  await connection.post('Profiler.stopPreciseCoverage');
}

/**
 * Where memory is allocated, about every so many bytes. Without the two flags V8 forgets what was
 * collected before the end, and that is nearly everything a server allocates.
 */
export const allocationSampler: Sampler<RawHeapProfile> = {
  settleSeconds: 0,
  urlsOf: urlsOfHeap,
  begin: async (connection) => {
    await connection.post('HeapProfiler.enable');
    await connection.post('HeapProfiler.startSampling', {
      samplingInterval: intervalBytes,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    return { end: () => stopHeapSampling(connection) };
  },
};

export function urlsOfHeap({ head }: RawHeapProfile): string[] {
  const nodes = [head];
  for (const { children } of nodes) for (const child of children) nodes.push(child);
  return nodes.map(({ callFrame }) => callFrame.url);
}

export async function stopHeapSampling(connection: InspectorConnection): Promise<RawHeapProfile> {
  const stop = 'HeapProfiler.stopSampling';
  const { profile } = await connection.post<{ profile: RawHeapProfile }>(stop);
  await connection.post('HeapProfiler.disable');
  return profile;
}
