/** V8's own formats: the contents of .cpuprofile and .heapprofile files. */

export interface CallFrame {
  readonly functionName: string;
  readonly scriptId: string;
  readonly url: string;
  /** From 0; -1 if there is none. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface RawCpuProfile {
  readonly nodes: readonly RawCpuNode[];
  /** µs, of a clock of V8's own. */
  readonly startTime: number;
  readonly endTime: number;
  /** A node's id for every sample. */
  readonly samples: readonly number[];
  /** µs from the sample before, or from the start; may be below 0. */
  readonly timeDeltas: readonly number[];
}

export interface RawCpuNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly hitCount?: number;
  readonly children?: readonly number[];
}

export interface RawHeapProfile {
  readonly head: RawHeapNode;
  readonly samples: readonly RawHeapSample[];
  /** Ours: bytes on the heap after a collection, at both ends of the window. */
  readonly heapBytes?: { readonly before: number; readonly after: number };
}

export interface RawHeapSample {
  readonly nodeId: number;
  /** Bytes, scaled. */
  readonly size: number;
  /** Rises in the order of allocation. */
  readonly ordinal: number;
}

export interface RawHeapNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  /** Bytes, already scaled from what was sampled to what was allocated. */
  readonly selfSize: number;
  readonly children: readonly RawHeapNode[];
}
