/** The result of a sampling, as it travels over an admin port. `convert/` makes a Profile of it. */
import type { ProcessMetrics } from '../profile.js';
import type { RawCpuProfile, RawHeapProfile } from './raw.js';

export interface ThreadRecording<Raw> {
  readonly raw: Raw;
  /** How long the thread was on a CPU, as Linux tells; absent elsewhere. */
  readonly cpuUs?: number;
  /** The source maps of scripts that were translated in memory: data: URLs by their URLs. */
  readonly maps?: Readonly<Record<string, string>>;
}

export interface RecordingOf<Kind, Raw> extends ThreadRecording<Raw> {
  readonly kind: Kind;
  readonly workers: readonly (ThreadRecording<Raw> & { readonly name: string })[];
  readonly durationUs: number;
  /** Absent if the event loop did not turn to tell them. */
  readonly metrics?: ProcessMetrics;
  /** A sentence for each thing that is missing from it. */
  readonly notes?: readonly string[];
  /** Served in the window, if somebody counted. */
  readonly requests?: number;
  /** The directory of the program's package; files are named from there. */
  readonly root: string;
  /** When the process started, in ms since 1970. */
  readonly startedMs?: number;
}

export type Recording =
  | RecordingOf<'cpu', RawCpuProfile>
  | RecordingOf<'alloc' | 'growth', RawHeapProfile>;
