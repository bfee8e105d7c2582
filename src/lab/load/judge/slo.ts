/**
 * A service level objective such as `p99<5ms,errors<0.1%`: reads it, and holds a run against it.
 * Times count from when a request was due.
 */
import type { SloOutcome, Unit } from '../result/load-record.js';
import { achievedRate, failedShare } from '../result/rate.js';
import type { LoadResult } from '../result/result.js';

export interface Clause {
  /** As it was written. */
  readonly text: string;
  /** Such as `p99` or `errors`. */
  readonly figure: string;
  readonly unit: Unit;
  /** In the unit. */
  readonly limit: number;
  /** The figure of a run; undefined if it has none, because nothing was answered. */
  readonly measure: (result: LoadResult) => number | undefined;
  readonly holds: (actual: number) => boolean;
}

export class SloSyntaxError extends Error {
  override readonly name = 'SloSyntaxError';
}

/** @throws SloSyntaxError that says what is expected at which character */
export function parseSlo(text: string): readonly Clause[] {
  let position = 1;
  return text.split(',').map((clause) => {
    const parsed = parseClause(clause, position);
    position += clause.length + 1;
    return parsed;
  });
}

function parseClause(clause: string, start: number): Clause {
  const [, before = '', name = '', gap = '', comparison = '', rest = ''] =
    /^(\s*)([a-z]*[0-9.]*)(\s*)([<>]?=?)(.*)$/s.exec(clause) ?? [];
  const fail = (what: string, offset: number): never => {
    const found = clause.slice(offset).trim();
    throw new SloSyntaxError(
      `${what} at character ${start + offset}, not ${found ? `'${found}'` : 'the end'}`,
    );
  };
  const figure =
    figureOf(name) ?? fail('a figure (p50, p99.9, mean, max, errors or rate)', before.length);
  const at = before.length + name.length + gap.length;
  const comparisons = figure.atLeast ? atLeast : atMost;
  const holds =
    comparisons[comparison] ?? fail(`${Object.keys(comparisons).join(' or ')} after ${name}`, at);
  const { unit, measure } = figure;
  const limit =
    limitOf(unit, rest.trim()) ??
    fail(`${expected[unit]} after ${comparison}`, at + comparison.length);
  return {
    text: clause.trim(),
    figure: name,
    unit,
    limit,
    measure,
    holds: (actual) => holds(actual, limit),
  };
}

type Comparisons = Readonly<Record<string, (actual: number, limit: number) => boolean>>;

const atMost: Comparisons = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
};
const atLeast: Comparisons = {
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
};

interface Figure {
  readonly unit: Unit;
  /** More is better. */
  readonly atLeast?: true;
  readonly measure: Clause['measure'];
}

const figures: Readonly<Record<string, Figure>> = {
  mean: { unit: 'µs', measure: ({ latency }) => (latency.count === 0 ? undefined : latency.mean) },
  max: { unit: 'µs', measure: ({ latency }) => (latency.count === 0 ? undefined : latency.max) },
  errors: { unit: '%', measure: (result) => failedShare(result, result.options) * 100 },
  rate: { unit: '/s', atLeast: true, measure: achievedRate },
};

function figureOf(name: string): Figure | undefined {
  if (Object.hasOwn(figures, name)) return figures[name];
  const [, digits] = /^p([0-9]{1,3}(?:\.[0-9]{1,6})?)$/.exec(name) ?? [];
  const percentile = Number(digits);
  if (!(percentile > 0 && percentile <= 100)) return undefined;
  return {
    unit: 'µs',
    measure: ({ latency }) =>
      latency.count === 0 ? undefined : latency.valueAtPercentile(percentile),
  };
}

const expected: Record<Unit, string> = {
  µs: 'a time with its unit (us, ms or s)',
  '%': 'a percentage such as 0.1%',
  '/s': 'requests per second, such as 9900 or 9.9k',
};

const scales: Record<Unit, Readonly<Record<string, number>>> = {
  µs: { us: 1, µs: 1, ms: 1e3, s: 1e6 },
  '%': { '%': 1 },
  '/s': { '': 1, k: 1e3, m: 1e6, '/s': 1, 'k/s': 1e3 },
};

function limitOf(unit: Unit, text: string): number | undefined {
  const [, digits, suffix = ''] = /^([0-9]+(?:\.[0-9]+)?)\s*(\D*)$/.exec(text) ?? [];
  const scale = Object.hasOwn(scales[unit], suffix.toLowerCase())
    ? scales[unit][suffix.toLowerCase()]
    : undefined;
  return digits === undefined || scale === undefined ? undefined : Number(digits) * scale;
}

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
