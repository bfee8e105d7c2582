/**
 * The result of a load run. Times are in µs of a monotonic clock; counts leave the warm-up out.
 * The parts that a record holds as they are have their meaning in load-record.ts.
 */
import type { Histogram } from '../histogram/histogram.js';
import type { LoadOptions, Stage } from '../load-options.js';
import type { LoadRecord } from './load-record.js';

export type Errors = LoadRecord['errors'];
export type Unanswered = LoadRecord['unanswered'];
export type ThreadResult = LoadRecord['threads'][number];
export type Second = LoadRecord['timeline'][number];
export type Slow = NonNullable<LoadRecord['slow']>;
export type SlowRequest = Slow['requests'][number];

/**
 * Latencies count from when a request was due by the schedule: latency = wait + lag + service.
 * Each histogram has a value of each request, but service has none of those never sent.
 */
export interface Latencies {
  /** Due → response. */
  readonly latency: Histogram;
  /** Due → the connection had its earlier response: the server's doing, or too few connections. */
  readonly wait: Histogram;
  /** The connection was free and the request due → sent: the generator's own lateness. */
  readonly lag: Histogram;
  /** Sent → response: the latency by a clock that starts at the send (wrk2's "uncorrected"). */
  readonly service: Histogram;
  /** latency − lag: the least it would have been, had the generator never been late. */
  readonly latencyWithoutLag: Histogram;
}

export const latencyParts = ['latency', 'wait', 'lag', 'service', 'latencyWithoutLag'] as const;

export type Calibration = Pick<ThreadResult, 'calibrationMeanUs' | 'samplingMs'>;

type Kept = 'startedAt' | 'endedEarly' | 'elapsedUs' | 'latencyFromUs' | 'bytesRead' | 'errors';

/** A stage of a run. Latencies belong to the stage in which their request was due. */
export interface StageResult extends Pick<Latencies, 'latency' | 'latencyWithoutLag'> {
  readonly stage: Stage;
  /** Its length, as far as the run came. */
  readonly elapsedUs: number;
  readonly due: number;
  /** Responses that came in its time, also those to requests of the stages before. */
  readonly answered: number;
  /** Failures in its time. */
  readonly errors: Errors;
  /** Due in it, and not answered at the end of the run. */
  readonly unanswered: Unanswered;
}

/** When a thread should have run and did not, in µs from the run's start. */
export interface Standstill {
  readonly fromUs: number;
  readonly toUs: number;
}

/** All that an explanation needs of the generator. */
export interface Tail {
  /** When the run began, without its warm-up, by the system's monotonic clock. */
  readonly startUs: number;
  readonly requests: readonly SlowRequest[];
  /** Slow as well, but too many to list. */
  readonly unlisted: number;
  /** Those of 1 ms or more. */
  readonly standstills: readonly (Standstill & { readonly thread: number })[];
}

export interface LoadResult
  extends Latencies,
    Pick<LoadRecord, Kept | 'unanswered' | 'threads' | 'timeline' | 'slow'> {
  readonly options: LoadOptions;
  readonly sent: number;
  /** Responses in the whole run. */
  readonly completed: number;
  /** Failures in words, the most frequent first, with how often each happened. */
  readonly causes: readonly (readonly [text: string, count: number])[];
  /** Requests per second of one thread, sampled at its interval. */
  readonly requestRates: Histogram;
  /** Requests due in the run, where that is not just the rate times the time. */
  readonly due?: number;
  readonly stages?: readonly StageResult[];
  /** Present in a run with `tail`. */
  readonly tail?: Tail;
}
