/** V8's two samplers, as something that is begun in a thread and ended there. */
import type { InspectorConnection } from './inspector-connection.js';
import type { RawCpuProfile, RawHeapProfile } from './raw.js';
import { trimStart } from './trim.js';

export interface Sampler<Raw> {
  /** How long after its beginning a thread still behaves otherwise than it did before. */
  readonly settleSeconds: number;
  begin(connection: InspectorConnection): Promise<void>;
  /**
   * @param settledUs time since the beginning that is not to be in the result, if the sampler needs
   * time to settle
   */
  end(connection: InspectorConnection, settledUs: number): Promise<Raw>;
}

/** Where the thread is, every so many µs. */
export function cpuSampler(intervalUs: number): Sampler<RawCpuProfile> {
  return {
    settleSeconds: 1,
    begin: async (connection) => {
      await connection.post('Profiler.enable');
      await connection.post('Profiler.setSamplingInterval', { interval: intervalUs });
      await connection.post('Profiler.start');
      await forgetOptimizedCode(connection);
    },
    end: async (connection, settledUs) => {
      const { profile } = await connection.post<{ profile: RawCpuProfile }>('Profiler.stop');
      await connection.post('Profiler.disable');
      return trimStart(profile, settledUs);
    },
  };
}

/**
 * V8 does not tell the sampler what was inlined into a loop that was optimized before, and gives
 * its time to the function around it (in 5 of 45 trials a timer's callback was missing altogether).
 * Whatever is optimized while it samples is told. So all is optimized anew, which takes the program
 * some tenths of a second: coverage needs the same, and asking for it is the only way to it.
 */
async function forgetOptimizedCode(connection: InspectorConnection): Promise<void> {
  await connection.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false });
  await connection.post('Profiler.stopPreciseCoverage');
}

/**
 * Where memory is allocated, about every so many bytes. Without the two flags V8 forgets what was
 * collected before the end, and that is nearly everything a server allocates.
 */
export function allocationSampler(intervalBytes: number): Sampler<RawHeapProfile> {
  return {
    settleSeconds: 0,
    begin: async (connection) => {
      await connection.post('HeapProfiler.enable');
      await connection.post('HeapProfiler.startSampling', {
        samplingInterval: intervalBytes,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    },
    end: async (connection) => {
      const { profile } = await connection.post<{ profile: RawHeapProfile }>(
        'HeapProfiler.stopSampling',
      );
      await connection.post('HeapProfiler.disable');
      return profile;
    },
  };
}
