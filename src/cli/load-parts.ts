/** What the commands `load` and `compare` are put together from: the run itself, and the ways to write it down. */
import type { ComparableRun } from '../load/judge/compare.js';
import type { SloOutcome } from '../load/judge/slo.js';
import type { Verdict } from '../load/judge/verdict.js';
import type { LoadOptions } from '../load/options.js';
import type { LoadResult, ThreadResult } from '../load/result.js';
import type { Histogram } from '../load/statistics/histogram.js';
import type { Machine } from './machine.js';

export interface Snapshot {
  readonly elapsedMs: number;
  readonly totalMs: number;
  readonly warmingUp: boolean;
  readonly rate: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: number;
}

export interface LoadHooks {
  onCalibrated?(threads: readonly ThreadResult[]): void;
  onProgress?(snapshot: Snapshot): void;
  signal?: AbortSignal;
}

/** What a record says beside the figures of its run. */
export interface Extras {
  readonly verdict: Verdict;
  readonly slo: readonly SloOutcome[];
  readonly machine: Machine;
  /** Of a search: what each step came to. The record is of the best one. */
  readonly search?: readonly SearchStep[];
}

export interface SearchStep {
  readonly rate: number;
  readonly achieved: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly passed: boolean;
  /** What it failed by. */
  readonly failure?: string;
}

export interface Parts {
  /** @throws TargetError, ScriptError */
  runLoad(options: LoadOptions, hooks?: LoadHooks): Promise<LoadResult>;
  formatHeader(options: LoadOptions): string;
  formatCalibration(thread: ThreadResult): string;
  formatReport(
    result: LoadResult,
    print: { readonly latency: boolean; readonly uncorrected: boolean },
  ): string;
  toJson(result: LoadResult, extras: Extras): string;
  fromJson(text: string): ComparableRun;
  formatHgrm(latency: Histogram): string;
  readonly Progress: new (
    stream: NodeJS.WriteStream,
  ) => {
    update(snapshot: Snapshot): void;
    end(): void;
  };
}

/** The one place where the parts are imported. */
export async function loadParts(): Promise<Parts> {
  const modules = await Promise.all(
    ['load', 'output/wrk2-text', 'output/json', 'output/hgrm', 'output/progress'].map(
      (name): Promise<Partial<Parts>> => import(`../load/${name}.js`),
    ),
  );
  return Object.assign({}, ...modules);
}
