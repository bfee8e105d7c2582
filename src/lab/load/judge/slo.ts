/**
 * A service level objective such as `p99<5ms,errors<0.1%`: reads it, and holds a run, or each stage
 * of one, against it. Times count from when a request was due. They have bounds, and a limit
 * between the two is neither held nor missed.
 */
import { boundedLatency } from '../result/bounds.js';
import type { SloOutcome, Unit } from '../result/load-record.js';
import {
  achievedRate,
  failedShare,
  failedShareOfStage,
  lastRate,
  perSecond,
} from '../result/rate.js';
import type { Latencies, LoadResult, StageResult } from '../result/result.js';

export interface Clause {
  /** As it was written. */
  readonly text: string;
  /** Such as `p99` or `errors`. */
  readonly figure: string;
  readonly unit: Unit;
  /** In the unit. */
  readonly limit: number;
  /** The figure; undefined if there is none, because nothing was answered. */
  readonly measure: (subject: Subject) => Bounds | undefined;
  readonly holds: (actual: number) => boolean;
}

/** A run, or a stage of one. */
interface Subject extends Pick<Latencies, 'latency' | 'latencyWithoutLag'> {
  readonly ratePerSecond: number;
  /** 0 … 1 */
  readonly failedShare: number;
}

/** The figure as it was measured, and without the generator's own lag. */
interface Bounds {
  readonly actual: number;
  readonly lower: number;
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

const exactly = (actual: number): Bounds => ({ actual, lower: actual });

const figures: Readonly<Record<string, Figure>> = {
  mean: { unit: 'µs', measure: time(({ mean }) => mean) },
  max: { unit: 'µs', measure: time(({ max }) => max) },
  errors: { unit: '%', measure: (subject) => exactly(subject.failedShare * 100) },
  rate: { unit: '/s', atLeast: true, measure: (subject) => exactly(subject.ratePerSecond) },
};

function time(of: (part: Subject['latency']) => number): Clause['measure'] {
  return ({ latency, latencyWithoutLag }) => {
    if (latency.count === 0) return undefined;
    const actual = of(latency);
    return { actual, lower: Math.min(actual, of(latencyWithoutLag)) };
  };
}

function figureOf(name: string): Figure | undefined {
  if (Object.hasOwn(figures, name)) return figures[name];
  const [, digits] = /^p([0-9]{1,3}(?:\.[0-9]{1,6})?)$/.exec(name) ?? [];
  const percentile = Number(digits);
  if (!(percentile > 0 && percentile <= 100)) return undefined;
  return {
    unit: 'µs',
    measure: (subject) => {
      if (subject.latency.count === 0) return undefined;
      const { valueUs, lowerUs } = boundedLatency(subject, percentile);
      return { actual: valueUs, lower: lowerUs };
    },
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

/** The outcome of each clause; in a run in stages, of each stage. */
export function evaluateSlo(clauses: readonly Clause[], result: LoadResult): SloOutcome[] {
  if (!result.stages) return evaluate(clauses, subjectOf(result));
  return result.stages.flatMap((stage, index) =>
    // A run that ended early has not come to the last ones, and in a pause nothing is due.
    stage.due === 0
      ? []
      : evaluate(clauses, stageSubject(stage, result)).map((outcome) => ({
          ...outcome,
          stage: index + 1,
        })),
  );
}

function evaluate(clauses: readonly Clause[], subject: Subject): SloOutcome[] {
  return clauses.map(({ text, unit, limit, measure, holds }) => {
    const bounds = measure(subject);
    if (bounds === undefined) return { text, unit, limit, held: false };
    const { actual, lower } = bounds;
    const held = holds(actual);
    const undecided = !held && holds(lower);
    return {
      ...{ text, unit, limit, actual },
      ...(lower !== actual && { lower }),
      held,
      ...(undecided && { undecided }),
    };
  });
}

function subjectOf(result: LoadResult): Subject {
  const { options, latency, latencyWithoutLag } = result;
  const { timeoutMs } = options;
  return {
    latency,
    latencyWithoutLag,
    ratePerSecond: achievedRate(result),
    failedShare: failedShare(result, { rate: lastRate(options), timeoutMs }),
  };
}

function stageSubject(stage: StageResult, { options }: LoadResult): Subject {
  return {
    latency: stage.latency,
    latencyWithoutLag: stage.latencyWithoutLag,
    ratePerSecond: perSecond(stage.answered, stage),
    failedShare: failedShareOfStage(stage, options),
  };
}

export function formatSlo(outcomes: readonly SloOutcome[]): string[] {
  return outcomes.map((outcome) => {
    const where = outcome.stage === undefined ? '' : ` in stage ${outcome.stage}`;
    const word = outcome.held ? 'held' : outcome.undecided ? "can't tell" : 'MISSED';
    return `SLO ${word}${where}: ${formatOutcome(outcome)}`;
  });
}

/** `p99<5ms (7.410 ms)`, or with both bounds if the limit is between them. */
export function formatOutcome({ text, unit, actual, lower, undecided }: SloOutcome): string {
  if (actual === undefined) return `${text} (no response)`;
  const least = undecided && lower !== undefined ? `${format[unit](lower)} … ` : '';
  return `${text} (${least}${format[unit](actual)})`;
}

const format: Record<Unit, (actual: number) => string> = {
  µs: (actual) => `${(actual / 1000).toFixed(3)} ms`,
  '%': (actual) => `${Number(actual.toPrecision(3))} %`,
  '/s': (actual) => `${actual.toFixed(1)}/s`,
};
