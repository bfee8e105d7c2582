/** Writes that wait for their commit, and how each of them ends. */
import { type DeleteResult, type PutResult, type Result, StoreError } from '../../store.js';
import type { CopiedValues, Write } from './batch.js';
import type { WriteOutcomes } from './writer.js';

export interface Queued {
  readonly write: Write;
  /** In its batch. */
  readonly bytes: number;
  /** Undefined: it shares a batch with those queued before and after it. */
  readonly group: Group | undefined;
  /** The version of a put that was sent. */
  version: number;
  resolve(result: PutResult | DeleteResult): void;
  reject(error: unknown): void;
}

/** Writes queued one after the other, which are a batch of their own. */
export interface Group {
  readonly writes: number;
  /** All of them are stored, or none is. */
  readonly isAtomic: boolean;
  readonly copied: CopiedValues | undefined;
}

const found: DeleteResult = { existed: true };
const notFound: DeleteResult = { existed: false };

/** Settles the writes of a batch, in order. */
export function settle(writes: readonly Queued[], outcomes: WriteOutcomes | undefined): void {
  if (outcomes === undefined) {
    for (const { write, version, resolve } of writes)
      resolve(write.value === undefined ? found : { version });
    return;
  }
  if (!isStored(writes, outcomes)) {
    const [index] = outcomes.conditionFailed;
    const error = index === undefined ? outcomes.fullError : conditionFailure(index);
    for (const { reject } of writes) reject(error);
    return;
  }
  const full = new Set(outcomes.full);
  const conditionFailed = new Set(outcomes.conditionFailed);
  const absent = new Set(outcomes.absent);
  for (const [index, { write, version, resolve, reject }] of writes.entries())
    if (full.has(index)) reject(outcomes.fullError);
    else if (conditionFailed.has(index)) reject(conditionFailure());
    else resolve(resultOf(write, version, absent.has(index)));
}

function resultOf(write: Write, version: number, wasAbsent: boolean): Result {
  if (write.value !== undefined) return { version };
  return wasAbsent ? notFound : found;
}

/** Whether a transaction of the batch was committed. */
export function isStored(writes: readonly Queued[], outcomes: WriteOutcomes | undefined): boolean {
  if (outcomes === undefined) return true;
  const { full, conditionFailed } = outcomes;
  const isAtomic = writes[0]?.group?.isAtomic ?? false;
  return full.length < writes.length && !(isAtomic && conditionFailed.length > 0);
}

function conditionFailure(index?: number): StoreError {
  return new StoreError(
    'condition-failed',
    'the condition does not hold for what is stored; nothing was changed. Read it, then decide',
    index === undefined ? {} : { index },
  );
}
