/**
 * The bytes that a thread allocates in V8's heap, counted and not sampled: the growth of the heap
 * between collections, as V8 tells it before and after each. Contents of Buffers are not in it.
 */
import {
  type InspectorConnection,
  type LoadModule,
  startInThread,
} from '../profile/sampling/inspector-connection.js';

interface Collection {
  readonly beforeGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
  readonly afterGC: { readonly heapStatistics: { readonly usedHeapSize: number } };
}

/** Counts from now on, until stopped. */
export function countAllocation(
  connection: InspectorConnection,
): Promise<{ stop(): Promise<number> }> {
  return startInThread(connection, count);
}

function count(load: LoadModule): { stop(): number } {
  const v8 = load('node:v8');
  const used = (): number => v8.getHeapStatistics().used_heap_size;
  const profiler = new v8.GCProfiler();
  profiler.start();
  const first = used();
  return {
    stop: () => {
      let last = first;
      let sum = 0;
      const end = used();
      for (const { beforeGC, afterGC } of profiler.stop().statistics as Collection[]) {
        sum += beforeGC.heapStatistics.usedHeapSize - last;
        last = afterGC.heapStatistics.usedHeapSize;
      }
      return sum + end - last;
    },
  };
}
