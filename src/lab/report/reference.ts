/**
 * The latencies a report is held against: an asynchronous key-value service under wrk2 -t4 -c20
 * -d60s -R10000, on another machine, with another load generator. They say what is usual, not what
 * this machine can do.
 */
import type { PhaseName } from './report-record.js';

/** 100 is the largest. */
export const referencePercentiles = [50, 75, 90, 99, 99.9, 99.99, 99.999, 100];

/** Latencies in µs at these percentiles. */
export const referenceUs: Readonly<Record<PhaseName, readonly number[]>> = {
  put: [1140, 1570, 1900, 2640, 22_800, 34_650, 45_060, 47_810],
  get: [1030, 1420, 1740, 2240, 7540, 13_850, 24_140, 27_250],
};
