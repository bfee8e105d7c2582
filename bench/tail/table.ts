/** Prints what became of the slow requests: a line for each cause, and in full what has none. */
import type { Attributed, Cause } from './attribute.js';
import { causes } from './hold-ups.js';

/** From here on a request without a cause is a failure of the bench. */
export const mustBeNamedUs = 50_000;

export interface PhaseOutcome {
  readonly name: string;
  /** By moment, in the order of time. */
  readonly moments: readonly (readonly Attributed[])[];
  readonly unlisted: number;
}

export interface Row {
  readonly cause: Cause;
  /** Whose worst request has it. */
  readonly moments: number;
  readonly requests: number;
  readonly worstUs: number;
}

/** The worst first. */
export function rowsOf(moments: PhaseOutcome['moments']): Row[] {
  const rows = new Map<
    Cause,
    { cause: Cause; moments: number; requests: number; worstUs: number }
  >();
  const row = (cause: Cause) => {
    const found = rows.get(cause) ?? { cause, moments: 0, requests: 0, worstUs: 0 };
    rows.set(cause, found);
    return found;
  };
  for (const moment of moments) {
    row(worstOf(moment).cause).moments++;
    for (const { cause, request } of moment) {
      const of = row(cause);
      of.requests++;
      of.worstUs = Math.max(of.worstUs, request.latencyUs);
    }
  }
  return [...rows.values()].sort((a, b) => b.worstUs - a.worstUs);
}

/** How many requests that took so long that they must have a cause have none, or may be among those that were not listed. */
export function countUnnamed({ moments, unlisted }: PhaseOutcome): number {
  const unnamed = ({ cause, request }: Attributed) =>
    cause === 'unknown' && request.latencyUs >= mustBeNamedUs;
  return unlisted + moments.flat().filter(unnamed).length;
}

export function formatOutcome({ moments, unlisted }: PhaseOutcome, slowMs: number): string[] {
  const total = moments.reduce((sum, moment) => sum + moment.length, 0);
  if (total === 0) return [`  no request took ${slowMs} ms or longer`];
  const unknown = moments.flat().filter(({ cause }) => cause === 'unknown');
  return [
    `  ${'cause'.padEnd(32)}${['moments', 'requests', 'worst'].map((name) => name.padStart(10)).join('')}`,
    ...rowsOf(moments).map(
      ({ cause, moments, requests, worstUs }) =>
        `  ${cause.padEnd(32)}${String(moments).padStart(10)}${String(requests).padStart(10)}${ms(worstUs).padStart(10)}`,
    ),
    ...(unlisted > 0
      ? [`  ${unlisted} more were too many to be listed; give a longer --slow`]
      : []),
    ...unknown.map((one) => `  unknown: ${describe(one)}`),
  ];
}

/** When, how late, and whatever was seen. */
export function describe({ request, held, others }: Attributed): string {
  const { dueUs, latencyUs, waitUs, lagUs, serviceUs, thread, connection } = request;
  const seen = causes
    .filter((cause) => held[cause] >= 100)
    .map((cause) => `${cause} ${ms(held[cause])}`);
  return (
    `at ${(dueUs / 1e6).toFixed(3)} s, ${ms(latencyUs)} (wait ${ms(waitUs)}, lag ${ms(lagUs)}, service ${ms(serviceUs)}), ` +
    `connection ${thread}.${connection}; seen: ${seen.join(', ') || 'nothing'}${beside(others)}`
  );
}

function beside(others: Attributed['others']): string {
  const named = others.slice(0, 2).map(({ name, cpuUs }) => `${name} ${ms(cpuUs)}`);
  return named.length === 0 ? '' : `; beside, of 100 ms: ${named.join(', ')}`;
}

export function worstOf(moment: readonly Attributed[]): Attributed {
  return moment.reduce((worst, one) =>
    one.request.latencyUs > worst.request.latencyUs ? one : worst,
  );
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}
