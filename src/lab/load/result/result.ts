/** What a load run measured. All times are in µs of a monotonic clock, all counts are of the run without its warm-up. */

import type { Histogram } from '../histogram/histogram.js';
import type { LoadOptions } from '../load-options.js';

/** Failures, by wrk2's kinds. */
export interface Errors {
  readonly connect: number;
  /** The connection broke before the answer was whole, or the answer was no HTTP. */
  readonly read: number;
  readonly write: number;
  /** Requests unanswered after the timeout, each counted once. */
  readonly timeout: number;
  /** Answers with a status above 399. They are in the percentiles too. */
  readonly status: number;
}

/** Due in the run and not answered by its end. They are in the percentiles as at least as late as they were then. */
export interface Unanswered {
  readonly inFlight: number;
  readonly unsent: number;
}

/**
 * Latencies count from the moment a request was due by the schedule: latency = wait + lag + service.
 * Each histogram has a value of each request, except service, which the unsent do not have.
 */
export interface Latencies {
  /** Due → answered. */
  readonly latency: Histogram;
  /** Due → the connection had its earlier answer: the server's doing, or too few connections. */
  readonly wait: Histogram;
  /** The connection was free and the request due → sent: the generator's own lateness. */
  readonly lag: Histogram;
  /** Sent → answered: what a tool that starts its clock at the send calls latency (wrk2's "uncorrected"). */
  readonly service: Histogram;
  /** Latency − lag: what it had been at best, had the generator never been late. */
  readonly latencyWithoutLag: Histogram;
}

export const latencyParts = ['latency', 'wait', 'lag', 'service', 'latencyWithoutLag'] as const;

export interface Calibration {
  /** Mean latency while calibrating. */
  readonly calibrationMeanUs: number;
  /** Interval at which the thread's rate is sampled from then on. */
  readonly samplingMs: number;
}

export interface ThreadResult extends Calibration {
  readonly completed: number;
  /** Share of the run in which the thread computed: neither slept, nor span, nor waited for events. 0 … 1. */
  readonly busy: number;
  /**
   * Stretches of over 1 ms in which the thread did not run though it should have: garbage collection, a slow script, CPUs taken by others.
   * What arrives meanwhile is seen at their end, and passes for service time.
   */
  readonly standstills: {
    readonly count: number;
    readonly totalUs: number;
    readonly longestUs: number;
  };
}

/** One second of the run, by the time of the answer. */
export interface Second {
  /** 0 is the first; the last may be shorter. */
  readonly second: number;
  /** How many it covers: 1, or more if the program was too busy to cut them in time. */
  readonly seconds: number;
  readonly completed: number;
  /** Connect, read, write and timeout errors and error statuses in it. */
  readonly errors: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** latencyUs = waitUs + lagUs + serviceUs, as in {@link Latencies}. */
export interface SlowRequest {
  /** When it was due, from the run's start. Below 0: in the warm-up, and answered after it. */
  readonly dueUs: number;
  /** The same by the wall clock: ms since 1970, with a fraction. */
  readonly dueAtMs: number;
  readonly latencyUs: number;
  readonly waitUs: number;
  readonly lagUs: number;
  readonly serviceUs: number;
  readonly thread: number;
  /** Of this thread. */
  readonly connection: number;
}

/**
 * Requests of the whole run, calibration included, that took so long. One that was in flight at the end is there as it was then; those that were
 * due but unsent are not.
 */
export interface Slow {
  readonly fromUs: number;
  /** The slowest of each second, and of those the slowest, in the order in which they were due; see {@link loadLimits}. */
  readonly requests: readonly SlowRequest[];
  /** Slow as well, but not among them. */
  readonly unlisted: number;
}

export interface LoadResult extends Latencies {
  readonly options: LoadOptions;
  /** Wall clock, ISO 8601. */
  readonly startedAt: string;
  /** From the first due time to the end. */
  readonly elapsedUs: number;
  /** Latencies are of answers from this time on: wrk2's calibration, 0 if everything counts. */
  readonly latencyFromUs: number;
  readonly sent: number;
  /** Answers in the whole run. */
  readonly completed: number;
  readonly bytesRead: number;
  readonly errors: Errors;
  /** Failures in words, the most frequent first, with how often each happened. At most 20. */
  readonly causes: readonly (readonly [text: string, count: number])[];
  readonly unanswered: Unanswered;
  readonly threads: readonly ThreadResult[];
  /** Requests a second of one thread, sampled at its interval. */
  readonly requestRates: Histogram;
  readonly timeline: readonly Second[];
  /** If they were asked for. */
  readonly slow?: Slow;
  /** Why the run ended before its time: a signal, or thread:stop() in a script. */
  readonly endedEarly?: 'signal' | 'script';
}
