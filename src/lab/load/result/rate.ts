/** What a run achieved, as rates and shares: figures that report, record, verdict, SLO and comparison must not compute differently. */
import type { LoadOptions } from '../load-options.js';
import type { LoadResult } from './result.js';

/** An amount of the whole run as one of a second of it. */
export function perSecond(amount: number, { elapsedUs }: Pick<LoadResult, 'elapsedUs'>): number {
  return elapsedUs === 0 ? 0 : amount / (elapsedUs / 1e6);
}

/** Answers a second, over the time that the run took. */
export function achievedRate(run: Pick<LoadResult, 'completed' | 'elapsedUs'>): number {
  return perSecond(run.completed, run);
}

/** Failures of all kinds. A request that timed out and was then answered with an error status is two of them. */
export function failures({ errors }: Pick<LoadResult, 'errors'>): number {
  return errors.connect + errors.read + errors.write + errors.timeout + errors.status;
}

/**
 * Share of the requests due that failed, 0 … 1. Due are all that were answered, broke off, or were still without an answer at the end.
 * Failed are all that failed in any way, and those never sent although they had been due for longer than the timeout: no more than
 * rate × timeout of the unsent can be younger than that. A request in flight at the end, and not yet late, is no failure.
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
