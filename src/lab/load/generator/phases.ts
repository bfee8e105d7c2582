/** The stretches of a run: warm-up, calibration, and what counts. */

/** wrk2's calibration: latencies before it ends are thrown away, so that connecting and cold code do not count. */
const calibrationUs = 10e6;

export interface Phases {
  /** First due time. */
  readonly beginUs: number;
  /** Totals count answers from here: the end of the warm-up. */
  readonly countFromUs: number;
  /** Each thread looks at its latencies until here, to choose the interval at which it samples its rate. */
  readonly calibratedUs: number;
  /** Percentiles count answers from here. */
  readonly latencyFromUs: number;
  readonly endUs: number;
}

/**
 * With a warm-up, that is the calibration and everything after it counts. Without, it is wrk2's: 10 s, which do not enter
 * the percentiles. A run that is no longer calibrates in its first tenth, and everything counts.
 */
export function phasesOf(beginUs: number, warmupMs: number, durationMs: number): Phases {
  const countFromUs = beginUs + warmupMs * 1000;
  const endUs = countFromUs + durationMs * 1000;
  if (warmupMs > 0)
    return { beginUs, countFromUs, calibratedUs: countFromUs, latencyFromUs: countFromUs, endUs };
  const calibratedUs = beginUs + Math.min(calibrationUs, durationMs * 100);
  const cut = durationMs * 1000 > calibrationUs;
  const calibrated = cut ? beginUs + calibrationUs : calibratedUs;
  return {
    beginUs,
    countFromUs,
    calibratedUs: calibrated,
    latencyFromUs: cut ? calibrated : countFromUs,
    endUs,
  };
}
