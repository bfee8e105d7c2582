/**
 * The sampling of one thread: begun, left alone until it has settled, opened, and ended. What came
 * before the opening is not in its result.
 */
import type { InspectorConnection } from './inspector-connection.js';
import { threadCpuUs } from './probe.js';
import type { ThreadRecording } from './recording.js';
import type { Sampler } from './samplers.js';

interface OpenSampling<Raw> {
  end(): Promise<ThreadRecording<Raw>>;
}

interface BegunSampling<Raw> {
  open(): Promise<OpenSampling<Raw>>;
}

export async function beginIn<Raw>(
  connection: InspectorConnection,
  sampler: Sampler<Raw>,
): Promise<BegunSampling<Raw>> {
  await sampler.begin(connection);
  const begun = performance.now();
  return {
    open: async () => {
      const before = await threadCpuUs(connection);
      const settledUs = (performance.now() - begun) * 1000;
      return {
        end: async () => {
          const after = await threadCpuUs(connection);
          const known = before !== undefined && after !== undefined;
          return {
            raw: await sampler.end(connection, settledUs),
            ...(known && { cpuUs: after - before }),
          };
        },
      };
    },
  };
}
