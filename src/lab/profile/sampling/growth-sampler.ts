/**
 * Samples what stays on the heap: objects allocated in the first half of the window that are still
 * there after a collection at its end. An object that lives for less than half the window is left
 * out, for example a request on its way. A full cache that replaces its entries stays in. V8 does
 * not tell what they replaced, so the heap is measured at both ends, after a collection.
 */
import type { InspectorConnection } from './inspector-connection.js';
import type { RawHeapNode, RawHeapProfile } from './raw.js';
import { intervalBytes, type Sampler, stopHeapSampling, urlsOfHeap } from './samplers.js';

export const growthSampler: Sampler<RawHeapProfile> = {
  settleSeconds: 0,
  halves: true,
  urlsOf: urlsOfHeap,
  begin: async (connection) => {
    await connection.post('HeapProfiler.enable');
    const before = await collectedHeapBytes(connection);
    await connection.post('HeapProfiler.startSampling', { samplingInterval: intervalBytes });
    let lastOfFirstHalf = 0;
    return {
      half: async () => {
        const { profile } = await connection.post<{ profile: RawHeapProfile }>(
          'HeapProfiler.getSamplingProfile',
        );
        lastOfFirstHalf = lastOrdinal(profile);
      },
      end: async () => {
        const after = await collectedHeapBytes(connection);
        const kept = upTo(await stopHeapSampling(connection), lastOfFirstHalf);
        return { ...kept, heapBytes: { before, after } };
      },
    };
  },
};

/** The second collection takes what the first one's finalizers let go. */
async function collectedHeapBytes(connection: InspectorConnection): Promise<number> {
  await connection.post('HeapProfiler.collectGarbage');
  await connection.post('HeapProfiler.collectGarbage');
  return (await connection.post<{ usedSize: number }>('Runtime.getHeapUsage')).usedSize;
}

function lastOrdinal({ samples }: RawHeapProfile): number {
  return samples.reduce((last, { ordinal }) => Math.max(last, ordinal), 0);
}

/** The same profile without the samples taken after the given one. */
export function upTo({ head, samples }: RawHeapProfile, last: number): RawHeapProfile {
  const kept = samples.filter(({ ordinal }) => ordinal <= last);
  const bytes = new Map<number, number>();
  for (const { nodeId, size } of kept) bytes.set(nodeId, (bytes.get(nodeId) ?? 0) + size);
  // V8's stacks are at most some hundred frames deep.
  const sized = (node: RawHeapNode): RawHeapNode => ({
    ...node,
    selfSize: bytes.get(node.id) ?? 0,
    children: node.children.map(sized),
  });
  return { head: sized(head), samples: kept };
}
