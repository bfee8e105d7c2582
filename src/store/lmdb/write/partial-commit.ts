/**
 * Commits the steps that fit on the disk, or all of an atomic batch, or none of it. Steps that do
 * not fit together may fit one by one, deletions above all. A step that does not fit, and whose
 * condition does not hold, has failed for its condition: a larger disk would not help it.
 */
import type { Step } from './batch.js';
import { type CommitOutcomes, unlessNone } from './outcomes.js';
import { saysFull, type Transactions } from './transactions.js';

/**
 * Commits the steps in one transaction. If that does not fit, it is split in halves, in order, down
 * to single steps.
 * @param ceiling a new version ceiling to store with each
 * @returns the steps that failed or found nothing; undefined: there are none
 * @throws like {@link Transactions.commit}, except `full`
 */
export function commitPartially(
  transactions: Transactions,
  steps: readonly Step[],
  ceiling: number | undefined,
): CommitOutcomes | undefined {
  const full: number[] = [];
  const conditionFailed: number[] = [];
  const absent: number[] = [];
  let fullMessage = '';
  const commit = (start: number, end: number): void => {
    try {
      const outcomes = transactions.commit(steps.slice(start, end), ceiling);
      for (const index of outcomes.conditionFailed) conditionFailed.push(start + index);
      for (const index of outcomes.absent) absent.push(start + index);
    } catch (error) {
      if (!saysFull(error)) throw error;
      fullMessage = (error as Error).message;
      if (end - start === 1) {
        const isRefused = transactions.firstFailed(steps.slice(start, end)) === 0;
        (isRefused ? conditionFailed : full).push(start);
        return;
      }
      const middle = Math.ceil((start + end) / 2);
      commit(start, middle);
      commit(middle, end);
    }
  };
  commit(0, steps.length);
  return unlessNone({ full, fullMessage, conditionFailed, absent });
}

/**
 * Commits all steps in one transaction, or none of them.
 * @param ceiling a new version ceiling to store with them
 * @returns undefined if all are stored and each deletion found an entity. Otherwise the deletions
 *   that found none, the one step whose condition failed, or all steps, because they do not fit
 * @throws like {@link Transactions.commit}, except `full`
 */
export function commitWhole(
  transactions: Transactions,
  steps: readonly Step[],
  ceiling: number | undefined,
): CommitOutcomes | undefined {
  try {
    const outcomes = transactions.commit(steps, ceiling, true);
    return unlessNone({ full: [], fullMessage: '', ...outcomes });
  } catch (error) {
    if (!saysFull(error)) throw error;
    const fullMessage = (error as Error).message;
    const failed = transactions.firstFailed(steps);
    if (failed >= 0) return { full: [], fullMessage, conditionFailed: [failed], absent: [] };
    return { full: [...steps.keys()], fullMessage, conditionFailed: [], absent: [] };
  }
}
