/** A commit of what there is room for: what has no room together may have it apart, deletions above all. */
import type { Step } from './batch.js';
import { saysFull, type Transactions } from './transactions.js';

/** What found no room, by its index among the steps, and the last of the messages that said so. */
export interface RejectedSteps {
  readonly indexes: readonly number[];
  readonly message: string;
}

/**
 * Stores the steps in one transaction; where that has no room, each half in its own, down to single steps, in order.
 * @param ceiling a new version ceiling to store with each
 * @returns what was left out; undefined: nothing
 * @throws what {@link Transactions.commit} throws, but for `full`
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
