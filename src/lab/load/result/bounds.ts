/**
 * The bounds of a latency. The upper one was measured; the lower one leaves out the generator's own
 * lag. A generator that is never late would have measured something between the two.
 */
import type { Latencies } from './result.js';

interface Bounded {
  readonly valueUs: number;
  /** At most valueUs. */
  readonly lowerUs: number;
}

/** @param percentile 0 … 100, and 100 is the maximum */
export function boundedLatency(
  { latency, latencyWithoutLag }: Pick<Latencies, 'latency' | 'latencyWithoutLag'>,
  percentile: number,
): Bounded {
  const valueUs = latency.valueAtPercentile(percentile);
  // Unsent requests are recorded many at once, within 1/1024: the lower may come out above.
  const lowerUs = Math.min(valueUs, latencyWithoutLag.valueAtPercentile(percentile));
  return { valueUs, lowerUs };
}

/** `0.29 ms (0.18–0.29)` */
export function formatBounded({ valueUs, lowerUs }: Bounded): string {
  return `${inMs(valueUs)} ms (${inMs(lowerUs)}–${inMs(valueUs)})`;
}

function inMs(us: number): string {
  return (us / 1000).toFixed(2);
}
