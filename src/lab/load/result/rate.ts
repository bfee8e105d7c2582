/** Rates and shares of a run, which report, record, verdict, SLO and comparison have in common. */
import type { LoadOptions } from '../load-options.js';
import type { LoadResult, StageResult } from './result.js';

/** An amount of the whole run, per second of it. */
export function perSecond(amount: number, { elapsedUs }: Pick<LoadResult, 'elapsedUs'>): number {
  return elapsedUs === 0 ? 0 : amount / (elapsedUs / 1e6);
}

/** Responses per second, over the time that the run took. */
export function achievedRate(run: Pick<LoadResult, 'completed' | 'elapsedUs'>): number {
  return perSecond(run.completed, run);
}

/** Requests due per second of the time that the run took. */
export function wantedRate(run: Pick<LoadResult, 'due' | 'elapsedUs' | 'options'>): number {
  return run.due === undefined ? run.options.rate : perSecond(run.due, run);
}

/** Failures of all kinds. A timeout whose response then came with an error status is two. */
export function failures({ errors }: Pick<LoadResult, 'errors'>): number {
  return errors.connect + errors.read + errors.write + errors.timeout + errors.status;
}

/**
 * Share of the requests due that failed, 0 … 1. Due are those answered, broken off, or unanswered
 * at the end. A request failed if it errored, or was still unsent one timeout after it was due: at
 * most rate × timeout of the unsent are younger. A request in flight at the end has not failed.
 */
export function failedShare(
  run: Pick<LoadResult, 'completed' | 'errors' | 'unanswered'>,
  { rate, timeoutMs }: Pick<LoadOptions, 'rate' | 'timeoutMs'>,
): number {
  const { completed, errors, unanswered } = run;
  const due = completed + errors.read + errors.write + unanswered.inFlight + unanswered.unsent;
  const overdue = Math.max(0, unanswered.unsent - rate * (timeoutMs / 1000));
  const failed = failures(run) + overdue;
  if (failed === 0) return 0;
  return due === 0 ? 1 : Math.min(1, failed / due);
}

/** The last rate of a run: that of the requests that may be young at its end. */
export function lastRate({ rate, stages }: Pick<LoadOptions, 'rate' | 'stages'>): number {
  return stages?.at(-1)?.toRate ?? rate;
}

/** The same of a stage. Only the last one has unsent requests that may be young. */
export function failedShareOfStage(
  { due, errors, unanswered, stage }: StageResult,
  { timeoutMs, stages }: Pick<LoadOptions, 'timeoutMs' | 'stages'>,
): number {
  const completed = due - unanswered.inFlight - unanswered.unsent;
  const rate = stages?.at(-1) === stage ? stage.toRate : 0;
  return failedShare({ completed, errors, unanswered }, { rate, timeoutMs });
}
