/** One phase of the load, in a process of its own; tells the bench when it began, on the clock of all processes, and what was slow. */
import { performance } from 'node:perf_hooks';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions, type LoadOptions } from '#dist/lab/load/load-options.js';
import type { Slow } from '#dist/lab/load/result/result.js';

export type PhaseOptions = Pick<
  LoadOptions,
  'url' | 'threads' | 'connections' | 'rate' | 'durationMs' | 'warmupMs' | 'work'
> & {
  readonly slowMs: number;
};

export interface PhaseResult {
  readonly event: 'result';
  /** On the clock of all processes. Not known, and of no use, if nothing was slow. */
  readonly startUs: number;
  readonly slow: Slow;
  readonly completed: number;
  /** As `evenkeel load` tells them: without its warm-up, or else its calibration if the run is longer than that. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
  /** The longest that the generator itself was late. */
  readonly lagMaxUs: number;
  readonly failed: number;
  readonly failures: readonly (readonly [text: string, count: number])[];
}

const options: PhaseOptions = JSON.parse(process.argv[2] as string);
const { slow, completed, latency, lag, errors, causes } = await runLoad({
  ...defaultOptions,
  ...options,
});
const toMonotonicUs = monotonicClock().now() - performance.now() * 1000;
const [first] = slow?.requests ?? [];
const startMs = first ? first.dueAtMs - first.dueUs / 1000 : 0;
const at = (percentile: number) => latency.valueAtPercentile(percentile);
process.send?.({
  event: 'result',
  startUs: (startMs - performance.timeOrigin) * 1000 + toMonotonicUs,
  slow: slow ?? { fromUs: options.slowMs * 1000, requests: [], unlisted: 0 },
  completed,
  p50Us: at(50),
  p99Us: at(99),
  p999Us: at(99.9),
  maxUs: latency.max,
  lagMaxUs: lag.max,
  failed: Object.values(errors).reduce((a, b) => a + b, 0),
  failures: causes,
} satisfies PhaseResult);
