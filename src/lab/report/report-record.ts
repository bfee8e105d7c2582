/** A report's facts, as its JSON has them: everything the document is written from. */
import type { LoadRecord } from '../load/result/load-record.js';
import type { TopFrame } from '../profile/frame-table.js';
import type { ProcessMetrics } from '../profile/profile.js';

export const reportSchema = 'evenkeel-report/1';

export type PhaseName = 'put' | 'get';
export type ProfileKind = 'cpu' | 'alloc';
export const phaseNames: readonly PhaseName[] = ['put', 'get'];
export const profileKinds: readonly ProfileKind[] = ['cpu', 'alloc'];

/** `CPU PUT`: the title of a phase's graph. */
export function graphTitle(kind: ProfileKind, phase: PhaseName): string {
  return `${kind === 'cpu' ? 'CPU' : 'ALLOC'} ${phase.toUpperCase()}`;
}

export interface ReportRecord {
  readonly schema: typeof reportSchema;
  readonly label: string;
  /** Wall clock, ISO 8601. */
  readonly startedAt: string;
  readonly machine: ReportMachine;
  /** The data directory's disk; absent if the server was not the report's own. */
  readonly fdatasync?: FsyncTimes;
  readonly phases: Readonly<Record<PhaseName, PhaseRecord>>;
}

type Machine = LoadRecord['machine'];

export interface ReportMachine extends Machine {
  /** Niceness of the report's processes, server and load alike; absent in old records. */
  readonly priority?: string;
  readonly kernel: string;
  /** File system and device below the store, where Linux tells; absent elsewhere. */
  readonly disk?: string;
}

export interface FsyncTimes {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly samples: number;
}

export interface PhaseRecord {
  /** The whole command, `evenkeel load` included. */
  readonly commandLine: string;
  /** The report of the load, as `evenkeel load` prints it. */
  readonly text: string;
  /** The measured run; nothing was sampled in it. */
  readonly load: LoadRecord;
  readonly windows: Readonly<Record<ProfileKind, WindowRecord>>;
}

/** A stretch of the same load in which a profile was taken. */
export interface WindowRecord {
  readonly seconds: number;
  /** Completed while it was taken. */
  readonly requests: number;
  /** CPU time in µs, or bytes allocated on V8's heap, of all threads. */
  readonly total: number;
  readonly beside?: ProcessMetrics;
  /** Latencies of the load in it; those of the measured run tell the cost of profiling. */
  readonly latencyUs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The functions that took most by themselves. */
  readonly top: readonly TopFrame[];
}
