/**
 * What a sampling brings home, as it travels over an admin port: V8's own profiles, and what was measured beside them.
 * `convert/` makes a Profile of it.
 */
import type { Beside } from '../profile.js';
import type { RawCpuProfile, RawHeapProfile } from './raw.js';

/** How a thread spent its time, as Linux tells; absent elsewhere. */
export interface ThreadTime {
  /** µs on a CPU. */
  readonly cpuUs: number;
  /** µs ready to run, while others had the CPUs. */
  readonly readyUs: number;
}

export interface ThreadRecording<Raw> {
  readonly raw: Raw;
  readonly time?: ThreadTime;
}

interface RecordingOf<Kind, Raw> extends ThreadRecording<Raw> {
  readonly kind: Kind;
  readonly workers: readonly (ThreadRecording<Raw> & { readonly name: string })[];
  readonly durationUs: number;
  readonly beside: Beside;
  /** The folder of the program's package; files are named from there. */
  readonly root: string;
}

export type CpuRecording = RecordingOf<'cpu', RawCpuProfile>;
export type AllocationRecording = RecordingOf<'alloc', RawHeapProfile>;
export type Recording = CpuRecording | AllocationRecording;
