/** The stretches of a run: warm-up, calibration, and what counts. */
import type { LoadOptions } from '../load-options.js';

/** wrk2's calibration: latencies in it do not count, for connecting and cold code distort them. */
const calibrationUs = 10e6;

export interface Phases {
  /** First due time. */
  readonly beginUs: number;
  /** Totals count responses from here: the end of the warm-up. */
  readonly countFromUs: number;
  /** Latencies until here decide the interval at which each thread samples its rate. */
  readonly calibratedUs: number;
  /** Percentiles count responses from here. */
  readonly latencyFromUs: number;
  readonly endUs: number;
}

/**
 * A warm-up is the calibration, and everything after it counts. Without a warm-up it is wrk2's: 10
 * s that do not enter the percentiles. A run of at most 10 s calibrates in its first tenth, and
 * everything counts; so it does in a run in stages, each of which is judged.
 */
export function phasesOf(
  beginUs: number,
  { warmupMs, durationMs, stages }: Pick<LoadOptions, 'warmupMs' | 'durationMs' | 'stages'>,
): Phases {
  const countFromUs = beginUs + warmupMs * 1000;
  const endUs = countFromUs + durationMs * 1000;
  const short = durationMs * 1000 <= calibrationUs;
  const calibratedUs =
    warmupMs > 0 ? countFromUs : beginUs + (short ? durationMs * 100 : calibrationUs);
  const latencyFromUs = warmupMs > 0 || short || stages ? countFromUs : calibratedUs;
  return { beginUs, countFromUs, calibratedUs, latencyFromUs, endUs };
}
