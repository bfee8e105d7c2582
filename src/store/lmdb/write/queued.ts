/** Writes that wait for their commit, and how each of them ends. */
import { type DeleteResult, type Result, StoreError } from '../../store.js';
import type { CopiedValues, Write } from './batch.js';
import type { WriteOutcomes } from './writer.js';

/** A batch has single writes, or the writes of one group. */
export type Queued = SingleWrite | GroupedWrite;

interface QueuedWrite {
  readonly write: Write;
  /** In its batch. */
  readonly bytes: number;
  /** The version of a put that was sent. */
  version: number;
}

/** It shares a batch with those queued before and after it. */
interface SingleWrite extends QueuedWrite {
  readonly group: undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface GroupedWrite extends QueuedWrite {
  readonly group: Group;
}

/**
 * Writes queued one after the other, which are a batch of their own: an atomic batch, one large
 * write, or entities of another store. They have one promise.
 */
export interface Group {
  readonly writes: number;
  /** All of them are stored, or none is. */
  readonly isAtomic: boolean;
  /** One whose condition does not hold is left out, and the others are stored. */
  readonly leavesOut: boolean;
  readonly copied: CopiedValues | undefined;
  resolve(results: readonly Result[]): void;
  reject(error: unknown): void;
}

const found: DeleteResult = { existed: true };
const notFound: DeleteResult = { existed: false };

/** Settles the writes of a batch, in order. */
export function settle(writes: readonly Queued[], outcomes: WriteOutcomes | undefined): void {
  const group = writes[0]?.group;
  if (group) {
    settleGroup(group, writes, outcomes);
    return;
  }
  const singles = writes as readonly SingleWrite[];
  if (outcomes === undefined) {
    for (const queued of singles) queued.resolve(resultOf(queued, false));
    return;
  }
  const full = new Set(outcomes.full);
  const conditionFailed = new Set(outcomes.conditionFailed);
  const absent = new Set(outcomes.absent);
  for (const [index, queued] of singles.entries())
    if (full.has(index)) queued.reject(outcomes.fullError);
    else if (conditionFailed.has(index)) queued.reject(conditionFailure());
    else queued.resolve(resultOf(queued, absent.has(index)));
}

function settleGroup(
  { isAtomic, leavesOut, resolve, reject }: Group,
  writes: readonly Queued[],
  outcomes: WriteOutcomes | undefined,
): void {
  const [failed] = leavesOut ? [] : (outcomes?.conditionFailed ?? []);
  if (failed !== undefined) reject(conditionFailure(isAtomic ? failed : undefined));
  else if (outcomes?.full.length) reject(outcomes.fullError);
  else {
    const absent = new Set(outcomes?.absent);
    resolve(writes.map((queued, index) => resultOf(queued, absent.has(index))));
  }
}

/** Rejects the promise of a write, or of its group. */
export function rejectWrite(queued: Queued, error: unknown): void {
  (queued.group ?? queued).reject(error);
}

function resultOf({ write, version }: Queued, wasAbsent: boolean): Result {
  if (write.value !== undefined) return { version };
  return wasAbsent ? notFound : found;
}

/** Whether a write of the batch was committed, so that the ceiling sent with it was too. */
export function isStored(writes: readonly Queued[], outcomes: WriteOutcomes | undefined): boolean {
  if (outcomes === undefined) return true;
  const { full, conditionFailed } = outcomes;
  const isAtomic = writes[0]?.group?.isAtomic ?? false;
  if (isAtomic && conditionFailed.length > 0) return false;
  return full.length + conditionFailed.length < writes.length;
}

function conditionFailure(index?: number): StoreError {
  return new StoreError(
    'condition-failed',
    'the condition does not hold for what is stored; nothing was changed. Read it, then decide',
    index === undefined ? {} : { index },
  );
}
