/** The clock of a run: monotonic, in µs, and with one zero for all threads of the process. */
import { performance } from 'node:perf_hooks';

export interface Clock {
  /** µs since some moment in the past. */
  now(): number;
}

/**
 * `performance.now()` is the cheapest clock, but each thread has a zero of its own, so the
 * difference to the system's monotonic clock is taken once. The tightest of many readings is kept:
 * a thread that is preempted between two readings would otherwise shift its schedule.
 */
export function monotonicClock(): Clock {
  let tightest = Number.POSITIVE_INFINITY;
  let offset = 0;
  for (let reading = 0; reading < 50; reading++) {
    const before = performance.now() * 1000;
    const system = Number(process.hrtime.bigint()) / 1000;
    const after = performance.now() * 1000;
    if (after - before < tightest) {
      tightest = after - before;
      offset = system - (before + after) / 2;
    }
  }
  return { now: () => performance.now() * 1000 + offset };
}
