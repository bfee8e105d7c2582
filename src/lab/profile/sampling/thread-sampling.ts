/** The sampling of one thread: begun, opened once it has settled, ended. */
import type { InspectorConnection } from './inspector-connection.js';
import { threadCpuUs } from './probe.js';
import type { ThreadRecording } from './recording.js';
import type { Sampler } from './samplers.js';
import { mapsInMemory } from './translated.js';

export interface BegunSampling<Raw> {
  /** The result begins here. @param isNew the thread began with the sampling */
  open(isNew?: boolean): Promise<OpenSampling<Raw>>;
}

export interface OpenSampling<Raw> {
  /** Half of the window is over. */
  half(): Promise<void>;
  end(): Promise<ThreadRecording<Raw>>;
}

export async function beginSampling<Raw>(
  connection: InspectorConnection,
  sampler: Sampler<Raw>,
): Promise<BegunSampling<Raw>> {
  const state = await sampler.begin(connection);
  const begun = performance.now();
  return {
    open: async (isNew = false) => {
      const before = isNew ? 0 : await cpuUsOf(connection);
      const settledUs = isNew ? 0 : (performance.now() - begun) * 1000;
      return {
        half: async () => state.half?.(),
        end: async () => {
          const after = await cpuUsOf(connection);
          const known = before !== undefined && after !== undefined;
          const raw = await state.end(settledUs);
          const maps = await mapsInMemory(connection, sampler.urlsOf(raw));
          return { raw, maps, ...(known && { cpuUs: after - before }) };
        },
      };
    },
  };
}

/** A process that is about to exit may not run anything any more. */
function cpuUsOf(connection: InspectorConnection): Promise<number | undefined> {
  return threadCpuUs(connection).catch(() => undefined);
}
