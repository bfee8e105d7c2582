/**
 * What `--json` writes and `compare` reads. Other programs read it too, so a field may be added within a version of the
 * schema, and nothing else may change; docs/load.schema.json is its formal description.
 *
 * Times are in µs, counted from the first due time. Secrets are written as `…`.
 */
import type { LoadOptions } from '../load-options.js';
import type { SloOutcome, Verdict } from './outcome.js';
import type { Errors, Second, Slow, ThreadResult, Unanswered } from './result.js';

export const schemaVersion = 'evenkeel-load/1';

/** A text that is no record of a run, or not one of this version. The message names file and field. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

export interface LoadRecord {
  /** Changes when a field gets another meaning or goes. */
  readonly schema: typeof schemaVersion;
  /** When the run started: wall clock, ISO 8601. */
  readonly startedAt: string;
  /** Why the run ended before its time; absent if it did not. */
  readonly endedEarly?: 'signal' | 'script';
  /** What the load came from. */
  readonly machine: Machine;
  /** What was asked for. */
  readonly options: RecordedOptions;
  /** From the first due time to the end of the run, without the warm-up. */
  readonly elapsedUs: number;
  /** Latencies are of answers from this time on: wrk2's calibration; 0 if everything counts. */
  readonly latencyFromUs: number;
  /** Of the whole run. */
  readonly requests: {
    readonly sent: number;
    readonly completed: number;
    /** Completed ones in a second of the run. */
    readonly completedPerSecond: number;
  };
  /** Of the whole run, headers included. */
  readonly bytesRead: number;
  readonly bytesReadPerSecond: number;
  /** Failed requests by kind: `connect`, `read`, `write`, `timeout`, and `status` for answers above 399. */
  readonly errors: Errors;
  /** The same failures in words, the most frequent first; at most 20. */
  readonly causes: readonly { readonly text: string; readonly count: number }[];
  /** Requests due in the run and not answered at its end. They are in the percentiles as at least as late as they were then. */
  readonly unanswered: Unanswered;
  /** From when a request was due to its answer: wait + lag + service. */
  readonly latency: Distribution;
  /** From when a request was due until its connection had its earlier answer. */
  readonly wait: Distribution;
  /** From when a request was due and its connection free until it was sent: the generator's own lateness. */
  readonly lag: Distribution;
  /** From sent to answered. */
  readonly service: Distribution;
  /** Requests a second of one thread, sampled at its interval. */
  readonly requestRates: {
    readonly count: number;
    readonly minPerSecond: number;
    readonly meanPerSecond: number;
    readonly stdDevPerSecond: number;
    readonly maxPerSecond: number;
  };
  /** `busy` is the share of the run in which the thread computed: 0 … 1. */
  readonly threads: readonly ThreadResult[];
  /** Each second of the run, by the time of the answer. */
  readonly timeline: readonly Second[];
  /** Requests that took as long as `--slow` or longer, one by one; the slowest, if there are too many. Absent without it. */
  readonly slow?: Slow;
  /** What the instrument says of its own measurement. */
  readonly verdict: Verdict;
  /** The clauses of the objective, and whether they were met; none if there was no objective. */
  readonly slo: readonly SloOutcome[];
  /** Of `--find-max`: what each step came to. The record is of the best one. */
  readonly search?: readonly SearchStep[];
}

/** What a run's figures depend on beside its options. */
export interface Machine {
  /** Version of Node, such as `v20.19.0`. */
  readonly node: string;
  /** Such as `linux x64`. */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

/** One step of `--find-max`. */
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

export interface RecordedOptions extends Omit<LoadOptions, 'rate' | 'headers'> {
  /** Requests due in a second, over all connections. */
  readonly ratePerSecond: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** Values are within 1/1024, and exact below 2048 µs; all are 0 if `count` is. */
export interface Distribution {
  readonly count: number;
  readonly minUs: number;
  readonly meanUs: number;
  readonly stdDevUs: number;
  readonly maxUs: number;
  /** 50, 75, 90, 95, 99, 99.9, 99.99, 99.999 and 100, by nearest rank. */
  readonly percentiles: readonly { readonly percentile: number; readonly valueUs: number }[];
  /** All of it, in µs, in HdrHistogram's compressed V2 encoding in base64. */
  readonly histogram: string;
}
