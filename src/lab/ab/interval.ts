/**
 * The change from A to B over the rounds of a comparison, with its interval. Both runs of a round
 * are neighbours in time, so their ratio is free of what the machine did before and after. Ratios
 * are averaged as logarithms: twice as slow and twice as fast then cancel out.
 */
import { studentQuantile } from './student.js';

/** A figure in both runs of a round. */
export interface Pair {
  readonly a: number;
  readonly b: number;
}

/** Shares: 0.1 is 10 % more in B than in A. */
export interface Interval {
  readonly change: number;
  readonly low: number;
  readonly high: number;
}

/** A change of the smallest size that is found is found so often. */
const power = 0.9;

/** @param share of the chance of a false alarm that it may use, for both sides together */
export function intervalOf(pairs: readonly Pair[], share: number): Interval {
  if (pairs.length < 2) return { change: 0, low: -1, high: Infinity };
  const { mean, deviation } = momentsOf(pairs);
  const half = halfWidth(deviation, pairs.length, share);
  return { change: Math.expm1(mean), low: Math.expm1(mean - half), high: Math.expm1(mean + half) };
}

/** A run in the order of time. */
export interface Run {
  readonly build: 'a' | 'b';
  readonly value: number;
}

/**
 * How much the ratio of two neighbouring runs varies by chance: the standard deviation of its
 * logarithm. Neighbours of the same build tell it, whose change is none, and so do the rounds,
 * around the change that they found.
 */
export function chanceOf(runs: readonly Run[], pairs: readonly Pair[]): number {
  let sum = 0;
  let freedom = 0;
  for (const [index, { build, value }] of runs.entries()) {
    const before = runs[index - 1];
    if (before?.build !== build) continue;
    sum += Math.log(value / before.value) ** 2;
    freedom++;
  }
  if (pairs.length > 1) {
    sum += momentsOf(pairs).deviation ** 2 * (pairs.length - 1);
    freedom += pairs.length - 1;
  }
  return freedom === 0 ? Infinity : Math.sqrt(sum / freedom);
}

/**
 * The smallest change that is found in nine of ten comparisons. It must be told from none, and from
 * one that is tolerated.
 * @param chance as {@link chanceOf} has it @param share as of {@link intervalOf}
 */
export function smallestChange(
  chance: number,
  rounds: number,
  share: number,
  tolerance: number,
): number {
  const half = halfWidth(chance, rounds, share);
  if (!Number.isFinite(half)) return Infinity;
  const error = chance / Math.sqrt(rounds);
  // The width of the interval is chance too: the noncentral t, nearly (Johnson and Welch).
  const ratio = error === 0 ? 0 : half / error;
  const spread = Math.sqrt(1 + ratio ** 2 / (2 * (rounds - 1)));
  const miss = studentQuantile(power, 1e6) * error * spread;
  return Math.expm1(miss + Math.max(half, Math.log1p(tolerance) - half));
}

function halfWidth(deviation: number, rounds: number, share: number): number {
  if (rounds < 2) return Infinity;
  // Runs that do not differ at all, such as the length of the same response, leave no doubt.
  if (deviation === 0) return 0;
  return (studentQuantile(1 - share / 2, rounds - 1) * deviation) / Math.sqrt(rounds);
}

function momentsOf(pairs: readonly Pair[]): { mean: number; deviation: number } {
  const logs = pairs.map(({ a, b }) => Math.log(b / a));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const square = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const deviation = logs.length < 2 ? 0 : Math.sqrt(square / (logs.length - 1));
  // Rounding errors of equal ratios are no deviation.
  return { mean, deviation: deviation < 1e-12 ? 0 : deviation };
}
