/**
 * The figures a report is held against: an asynchronous key-value service under wrk2 -t4 -c20 -d60s
 * -R10000, on another machine, with another load generator. Its figures say what is usual, not what
 * this machine can do.
 */
import type { PhaseName } from './report-record.js';

interface ReferenceFigures {
  readonly requestsPerSecond: number;
  /** µs by percentile; 100 is the largest. */
  readonly latencyUs: Readonly<Record<string, number>>;
}

export const reference: Readonly<Record<PhaseName, ReferenceFigures>> = {
  put: {
    requestsPerSecond: 9998.21,
    latencyUs: {
      '50': 1140,
      '75': 1570,
      '90': 1900,
      '99': 2640,
      '99.9': 22_800,
      '99.99': 34_650,
      '99.999': 45_060,
      '100': 47_810,
    },
  },
  get: {
    requestsPerSecond: 9997.05,
    latencyUs: {
      '50': 1030,
      '75': 1420,
      '90': 1740,
      '99': 2240,
      '99.9': 7540,
      '99.99': 13_850,
      '99.999': 24_140,
      '100': 27_250,
    },
  },
};
