/**
 * Exceptions among the writes of a batch: those that failed, and deletions that found nothing. Most
 * batches have none, and then nothing is sent for them. All indexes rise.
 */

/** The exceptions among the steps of a transaction, by index. */
export interface StepOutcomes {
  /** Their condition did not hold: nothing was changed. */
  readonly conditionFailed: readonly number[];
  /** Deletions that found no entity. */
  readonly absent: readonly number[];
}

/** The exceptions among the steps of a commit. If it was split, it has several transactions. */
export interface CommitOutcomes extends StepOutcomes {
  /** They did not fit on the disk. */
  readonly full: readonly number[];
  /** The last message that said so. */
  readonly fullMessage: string;
}

/**
 * The exceptions among the steps from `first` to `end`, counted from `first`; undefined: there are
 * none.
 */
export function outcomesOf(
  all: CommitOutcomes,
  first: number,
  end: number,
): CommitOutcomes | undefined {
  // A commit may have as many batches as writes, so no batch may search all indexes.
  const own = (indexes: readonly number[]) =>
    indexes.slice(firstFrom(first, indexes), firstFrom(end, indexes)).map((index) => index - first);
  return unlessNone({
    full: own(all.full),
    fullMessage: all.fullMessage,
    conditionFailed: own(all.conditionFailed),
    absent: own(all.absent),
  });
}

/** Where the first index is that is not below the bound, by a binary search. */
function firstFrom(bound: number, indexes: readonly number[]): number {
  let low = 0;
  let high = indexes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((indexes[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function unlessNone(outcomes: CommitOutcomes): CommitOutcomes | undefined {
  const { full, conditionFailed, absent } = outcomes;
  return full.length + conditionFailed.length + absent.length > 0 ? outcomes : undefined;
}
