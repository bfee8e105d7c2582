/**
 * Commits what fits on the disk: as much as fits, or all or nothing. Steps that do not fit together
 * may fit apart, deletions above all.
 */
import type { Step } from './batch.js';
import { type CommitOutcomes, unlessUsual } from './outcomes.js';
import { saysFull, type Transactions } from './transactions.js';

/**
 * Commits the steps in one transaction. If that does not fit, it is split in halves, in order, down
 * to single steps.
 * @param ceiling a new version ceiling to store with each
 * @returns how steps ended that did not end as most do; undefined: none
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
        full.push(start);
        return;
      }
      const middle = Math.ceil((start + end) / 2);
      commit(start, middle);
      commit(middle, end);
    }
  };
  commit(0, steps.length);
  return unlessUsual({ full, fullMessage, conditionFailed, absent });
}

/**
 * Commits all steps in one transaction, or none of them.
 * @param ceiling a new version ceiling to store with them
 * @returns undefined if they are stored, or which deletions found nothing; otherwise the one step
 *   whose condition failed, or that all of them do not fit
 * @throws like {@link Transactions.commit}, except `full`
 */
export function commitWhole(
  transactions: Transactions,
  steps: readonly Step[],
  ceiling: number | undefined,
): CommitOutcomes | undefined {
  try {
    const outcomes = transactions.commit(steps, ceiling, true);
    return unlessUsual({ full: [], fullMessage: '', ...outcomes });
  } catch (error) {
    if (!saysFull(error)) throw error;
    const fullMessage = (error as Error).message;
    return { full: [...steps.keys()], fullMessage, conditionFailed: [], absent: [] };
  }
}
