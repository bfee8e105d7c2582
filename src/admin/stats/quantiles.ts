/** Quantiles of durations, as people read them. */
import type { Counts } from '../../statistics/counts.js';

/** In ms, to a tenth of a µs. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** @param us counts of durations in µs */
export function quantilesOf(us: Counts | undefined): Quantiles | null {
  const ms = (share: number) => Math.round(10 * (us?.quantile(share) ?? 0)) / 10_000;
  if (us?.quantile(1) === undefined) return null;
  return { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99), p999: ms(0.999), max: ms(1) };
}

/** To three digits behind the point. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
