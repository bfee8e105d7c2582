/** Results as a run would give them: 10 s at 1000/s, each request in 5 ms, unless changed. */

import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import type { Errors, LoadResult } from '#dist/lab/load/result/result.js';
import { loadOptions } from '../request/options.js';

export const noErrors: Errors = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };

/** A histogram of so many times each so many µs. */
export function histogram(...values: readonly (readonly [us: number, times: number])[]): Histogram {
  const made = new Histogram();
  for (const [us, times] of values) made.record(us, times);
  return made;
}

export function thread(busy: number): LoadResult['threads'][number] {
  return {
    calibrationMeanUs: 0,
    samplingMs: 10,
    completed: 0,
    busy,
    standstills: { count: 0, totalUs: 0, longestUs: 0 },
  };
}

export function result(change: Partial<LoadResult> = {}): LoadResult {
  const count = 10_000;
  return {
    options: loadOptions({ rate: 1000, durationMs: 10_000 }),
    startedAt: '2030-01-01T00:00:00.000Z',
    elapsedUs: 10e6,
    latencyFromUs: 0,
    sent: count,
    completed: count,
    bytesRead: 100 * count,
    latency: histogram([5000, count]),
    wait: histogram([0, count]),
    lag: histogram([50, count]),
    service: histogram([4950, count]),
    // A test that changes the latency has no lag, unless it says so.
    latencyWithoutLag: change.latency ?? histogram([4950, count]),
    errors: noErrors,
    causes: [],
    unanswered: { inFlight: 0, unsent: 0 },
    threads: [thread(0.2), thread(0.31)],
    requestRates: histogram([500, 100]),
    timeline: [],
    ...change,
  };
}
