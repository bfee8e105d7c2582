/** The sampling of one thread: begun, opened once it has settled, ended. */
import type { InspectorConnection } from './inspector-connection.js';
import { threadCpuUs } from './probe.js';
import type { ThreadRecording } from './recording.js';
import type { Sampler } from './samplers.js';
import { mapsInMemory } from './translated.js';

export interface BegunSampling<Raw> {
  /** The result begins here. */
  open(state?: ThreadState): Promise<OpenSampling<Raw>>;
}

interface ThreadState {
  /** It began with the sampling. */
  readonly isNew?: boolean;
  /** Nothing may be run in it any more. */
  readonly isExiting?: boolean;
}

export interface OpenSampling<Raw> {
  /** Half of the window is over. */
  half(): Promise<void>;
  end(isExiting?: boolean): Promise<ThreadRecording<Raw>>;
}

export async function beginSampling<Raw>(
  connection: InspectorConnection,
  sampler: Sampler<Raw>,
): Promise<BegunSampling<Raw>> {
  const state = await sampler.begin(connection);
  const begun = performance.now();
  return {
    open: async ({ isNew = false, isExiting: isOver = false } = {}) => {
      const before = isNew ? 0 : isOver ? undefined : await threadCpuUs(connection);
      const settledUs = isNew ? 0 : (performance.now() - begun) * 1000;
      return {
        half: async () => state.half?.(),
        end: async (isExiting = false) => {
          const after = isExiting ? undefined : await threadCpuUs(connection);
          const known = before !== undefined && after !== undefined;
          const raw = await state.end(settledUs);
          const maps = isExiting ? {} : await mapsInMemory(connection, sampler.urlsOf(raw));
          return { raw, maps, ...(known && { cpuUs: after - before }) };
        },
      };
    },
  };
}
