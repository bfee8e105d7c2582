/** How the writes of a batch ended, where not as most do. A batch without such a write has none. */

/** Steps of a transaction, by index, that ended in another way than most. */
export interface StepOutcomes {
  /** Their condition did not hold: nothing was changed. */
  readonly conditionFailed: readonly number[];
  /** Deletions that found no entity. */
  readonly absent: readonly number[];
}

/** The steps of a commit; of several transactions if it was split. */
export interface CommitOutcomes extends StepOutcomes {
  /** They did not fit on the disk. */
  readonly full: readonly number[];
  /** The last message that said so. */
  readonly fullMessage: string;
}

/** The outcomes of the steps from `first` to `end`, counted from `first`; undefined: as most. */
export function outcomesOf(
  all: CommitOutcomes,
  first: number,
  end: number,
): CommitOutcomes | undefined {
  const own = (indexes: readonly number[]) =>
    indexes.filter((index) => index >= first && index < end).map((index) => index - first);
  return unlessUsual({
    full: own(all.full),
    fullMessage: all.fullMessage,
    conditionFailed: own(all.conditionFailed),
    absent: own(all.absent),
  });
}

export function unlessUsual(outcomes: CommitOutcomes): CommitOutcomes | undefined {
  const { full, conditionFailed, absent } = outcomes;
  return full.length + conditionFailed.length + absent.length > 0 ? outcomes : undefined;
}
