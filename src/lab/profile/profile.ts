/**
 * A profile, whichever sampler took it: stacks with a weight. Everything that writes profiles down
 * (flame graphs, folded text, differences, words) starts from this.
 */

import type { Kind } from './kinds.js';

/** Whose code a frame is; flame graphs colour by it. */
export type FrameKind =
  /** The profiled program's own files. */
  | 'application'
  /** Below node_modules. */
  | 'dependency'
  /** Node's own JavaScript (node:…). */
  | 'node'
  /** The engine: garbage collector, compiler, built-ins without a file. */
  | 'v8'
  /** Native and kernel frames, such as perf sees. */
  | 'native';

export interface Frame {
  /** As the engine names it; `(anonymous)` if it has none. */
  readonly name: string;
  readonly kind: FrameKind;
  /** A path or node:… name, without a machine's directories where the program's root is known. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

export interface Stack {
  /** The root first. */
  readonly frames: readonly Frame[];
  /** µs of CPU, or bytes allocated or kept. */
  readonly value: number;
  /** How many samples it stands for. */
  readonly samples: number;
}

/** Figures that samplers do not see, measured in the same window. */
export interface ProcessMetrics {
  /** Bytes outside V8's heap (Buffers): at the end less at the beginning, and the most seen. */
  readonly externalBytes: { readonly change: number; readonly most: number };
  readonly gc: { readonly count: number; readonly pauseUs: number; readonly longestUs: number };
  /** How late the event loop's turns were, in µs. */
  readonly eventLoopDelayUs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** CPU time of the whole process, all its threads, in user mode and in the kernel. */
  readonly processCpuUs: { readonly user: number; readonly system: number };
}

export interface Profile {
  readonly kind: Kind;
  readonly stacks: readonly Stack[];
  /** How long it was sampled. */
  readonly durationUs: number;
  /** Requests completed in that time, which values are shown per; absent if nobody counted. */
  readonly requests?: number;
  readonly metrics?: ProcessMetrics;
  /** For a heap growth: bytes on the heaps after a collection, at both ends of the sampling. */
  readonly heapBytes?: { readonly before: number; readonly after: number };
  /** A sentence for each thing that is missing from it or may be wrong. */
  readonly notes?: readonly string[];
}
