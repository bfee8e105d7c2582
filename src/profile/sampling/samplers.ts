/** V8's two samplers, as something that is begun in a thread and ended there. */
import type { InspectorConnection } from './connection.js';
import type { RawCpuProfile, RawHeapProfile } from './raw.js';

export interface Sampler<Raw> {
  begin(connection: InspectorConnection): Promise<void>;
  end(connection: InspectorConnection): Promise<Raw>;
}

/** Where the thread is, every so many µs. */
export function cpuSampler(intervalUs: number): Sampler<RawCpuProfile> {
  return {
    begin: async (connection) => {
      await connection.post('Profiler.enable');
      await connection.post('Profiler.setSamplingInterval', { interval: intervalUs });
      await connection.post('Profiler.start');
    },
    end: async (connection) => {
      const { profile } = await connection.post<{ profile: RawCpuProfile }>('Profiler.stop');
      await connection.post('Profiler.disable');
      return profile;
    },
  };
}

/**
 * Where memory is allocated, about every so many bytes. Without the two flags V8 forgets what was collected before the end, and
 * that is nearly everything a server allocates.
 */
export function allocationSampler(intervalBytes: number): Sampler<RawHeapProfile> {
  return {
    begin: async (connection) => {
      await connection.post('HeapProfiler.enable');
      await connection.post('HeapProfiler.startSampling', {
        samplingInterval: intervalBytes,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    },
    end: async (connection) => {
      const { profile } = await connection.post<{ profile: RawHeapProfile }>('HeapProfiler.stopSampling');
      await connection.post('HeapProfiler.disable');
      return profile;
    },
  };
}
