/** What a run achieved, as rates and shares: figures that the verdict, the SLO and the search must not compute differently. */
import type { LoadResult } from '../result.js';

/** Answers a second, over the time that the run took. */
export function achievedRate({ completed, elapsedUs }: LoadResult): number {
  return elapsedUs === 0 ? 0 : completed / (elapsedUs / 1e6);
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
export function failedShare(result: LoadResult): number {
  const { completed, errors, unanswered, options } = result;
  const due = completed + errors.read + errors.write + unanswered.inFlight + unanswered.unsent;
  const overdue = Math.max(0, unanswered.unsent - options.rate * (options.timeoutMs / 1000));
  const failed = failures(result) + overdue;
  if (failed === 0) return 0;
  return due === 0 ? 1 : Math.min(1, failed / due);
}
