/** Holds a run against an objective such as `p99<5ms,errors<0.1%`. Times count from when due. */
import type { SloOutcome, Unit } from '../result/load-record.js';
import type { LoadResult } from '../result/result.js';
import type { Clause } from './slo-syntax.js';

export function evaluateSlo(clauses: readonly Clause[], result: LoadResult): SloOutcome[] {
  return clauses.map(({ text, unit, limit, measure, holds }) => {
    const actual = measure(result);
    if (actual === undefined) return { text, unit, limit, held: false };
    return { text, unit, limit, actual, held: holds(actual) };
  });
}

export function formatSlo(outcomes: readonly SloOutcome[]): string[] {
  return outcomes.map(
    (outcome) => `SLO ${outcome.held ? 'held' : 'MISSED'}: ${formatOutcome(outcome)}`,
  );
}

/** `p99<5ms (7.41 ms)` */
export function formatOutcome({ text, unit, actual }: SloOutcome): string {
  return `${text} (${actual === undefined ? 'no response' : format[unit](actual)})`;
}

const format: Record<Unit, (actual: number) => string> = {
  µs: (actual) => `${(actual / 1000).toFixed(3)} ms`,
  '%': (actual) => `${Number(actual.toPrecision(3))} %`,
  '/s': (actual) => `${actual.toFixed(1)}/s`,
};
