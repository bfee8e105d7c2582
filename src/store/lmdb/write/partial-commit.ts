/**
 * Commits what fits on the disk. Steps that do not fit together may fit apart, deletions above all.
 */
import type { Step } from './batch.js';
import { saysFull, type Transactions } from './transactions.js';

/** The steps that did not fit, by index, and the last message that said so. */
export interface RejectedSteps {
  readonly indexes: readonly number[];
  readonly message: string;
}

/**
 * Commits the steps in one transaction. If that does not fit, it is split in halves, in order, down
 * to single steps.
 * @param ceiling a new version ceiling to store with each
 * @returns the steps left out; undefined: none
 * @throws like {@link Transactions.commit}, except `full`
 */
export function commitPartially(
  transactions: Transactions,
  steps: readonly Step[],
  ceiling: number | undefined,
): RejectedSteps | undefined {
  const indexes: number[] = [];
  let message = '';
  const commit = (start: number, end: number): void => {
    try {
      transactions.commit(steps.slice(start, end), ceiling);
    } catch (error) {
      if (!saysFull(error)) throw error;
      message = (error as Error).message;
      if (end - start === 1) {
        indexes.push(start);
        return;
      }
      const middle = Math.ceil((start + end) / 2);
      commit(start, middle);
      commit(middle, end);
    }
  };
  commit(0, steps.length);
  return indexes.length > 0 ? { indexes, message } : undefined;
}
