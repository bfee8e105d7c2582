/**
 * Group commit. The writes that are queued while a frame of the journal is on its way to the disk
 * go into the next one, within bounds, so that one sync serves many writes.
 *
 * A write resolves once its frame is on the disk. It is rejected as `condition-failed` if its
 * condition does not hold when its turn comes. The writes that wait are bounded by count and by
 * bytes.
 */
import {
  type Allowance,
  type DeleteResult,
  type PutResult,
  type Result,
  StoreError,
} from '../../store.js';
import { failed } from '../checkpoint/checkpoint-client.js';
import { frameBytes } from '../journal/frame.js';
import type { Journal } from '../journal/journal.js';
import type { EntityCache } from '../read/entity-cache.js';
import { monotonicMs } from './commit-channel.js';
import { conditionErrorOf, type Deciding } from './condition-error.js';
import { FrameDraft, type Outcome } from './frame-draft.js';
import { type StoredValues, storeValues } from './large-values.js';
import {
  countOf,
  entryBytesOf,
  type Group,
  isDeletion,
  keysToLookUp,
  pagesOf,
  type Queued,
  type SingleWrite,
  takeFrame,
} from './queued.js';
import { type WaitingLimits, WaitingWrites } from './waiting-writes.js';
import { type Delete, isLarge, type Put, valueBytes, type Write, writeBytes } from './write.js';
import type { WriteStatistics } from './write-statistics.js';

export interface GroupCommitParts extends Deciding {
  readonly journal: Journal;
  readonly limits: WaitingLimits;
  /** Never holds a key while a write of it is on its way to the disk. */
  readonly cache: EntityCache;
  readonly statistics: WriteStatistics;
  /** Brings what {@link look} reads into memory; undefined: it is there, as far as is known. */
  readonly prefetch: (keys: readonly Uint8Array[]) => Promise<void> | undefined;
}

export class GroupCommit {
  readonly #parts: GroupCommitParts;
  #queue: Queued[] = [];
  /** Queued, in the frame on its way, or about to be queued. */
  readonly #waiting: WaitingWrites;
  /** Resolves when the frame on its way, and those behind it, are settled. */
  #running: Promise<void> | undefined;
  /** A frame begins at the end of this turn of the event loop. */
  #beginsAtEndOfTurn = false;
  #failure: StoreError | undefined;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
    this.#waiting = new WaitingWrites(parts.limits);
  }

  /** Set by the first frame that failed for another reason than a full disk, or by fail(). */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /** All that was accepted and has not settled. */
  get queued(): { readonly writes: number; readonly bytes: number } {
    const { writes, bytes } = this.#waiting;
    return { writes, bytes };
  }

  /**
   * Queues a write. Resolves once it is durable.
   * @param allowance asked for slices of time to copy a large value
   * @throws StoreError `overloaded` if too many writes wait already, `condition-failed`, `full`,
   *   `failed`
   */
  write(write: Put, allowance?: Allowance): Promise<PutResult>;
  write(write: Delete): Promise<DeleteResult>;
  write(write: Write, allowance?: Allowance): Promise<Result> {
    const large = isLarge(valueBytes(write));
    const bytes = writeBytes(write);
    const refusal = this.#failure ?? this.#waiting.take(1, bytes);
    if (refusal) return Promise.reject(refusal);
    if (large)
      return this.#store([write], bytes, false, allowance).then((stored) =>
        this.#enqueue(write, bytes, stored),
      );
    return this.#enqueue(write, bytes, undefined);
  }

  /**
   * Queues writes of one frame: all of them are stored, or none is. Resolves once they are durable.
   * @param allowance asked for slices of time to copy the values, if they are large together
   * @throws StoreError like write(); `condition-failed` has the index of the write
   */
  writeAll(writes: readonly Write[], allowance?: Allowance): Promise<readonly Result[]> {
    return this.#writeGroup(writes, false, allowance);
  }

  /**
   * Queues entities of another store, which go into one frame. Those whose condition does not hold
   * are left out. Resolves once the others are durable.
   * @throws StoreError like write()
   */
  async load(puts: readonly Put[]): Promise<void> {
    await this.#writeGroup(puts, true, undefined);
  }

  /** Acknowledges nothing more, not even what is on its way. */
  fail(error: StoreError): void {
    this.#failure ??= error;
    this.#parts.journal.slots.fail(error);
    for (const item of this.#queue.splice(0)) this.#reject(item, this.#failure);
  }

  /** Resolves when everything queued so far has settled. */
  async settled(): Promise<void> {
    while (!this.#waiting.isEmpty) {
      await this.#running;
      // Writes queued in this turn begin at its end.
      await new Promise(setImmediate);
    }
  }

  async #writeGroup(
    writes: readonly Write[],
    leavesOut: boolean,
    allowance: Allowance | undefined,
  ): Promise<readonly Result[]> {
    if (writes.length === 0) return [];
    let bytes = 0;
    let values = 0;
    for (const write of writes) {
      bytes += writeBytes(write);
      values += valueBytes(write);
    }
    const refusal = this.#failure ?? this.#waiting.take(writes.length, bytes);
    if (refusal) throw refusal;
    const stored = isLarge(values) ? await this.#store(writes, bytes, true, allowance) : undefined;
    return new Promise((resolve, reject) => {
      const group: Group = { writes, bytes, leavesOut, stored, resolve, reject };
      this.#push(group);
    });
  }

  /** Brings large values to the disk. */
  async #store(
    writes: readonly Write[],
    bytes: number,
    isGroup: boolean,
    allowance: Allowance | undefined,
  ): Promise<StoredValues> {
    const { journal } = this.#parts;
    try {
      const stored = await journal.storing(() => storeValues(writes, journal.slots, allowance));
      if (this.#failure) throw this.#failure;
      return stored;
    } catch (error) {
      this.#waiting.give(writes.length, bytes);
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'failed') this.fail(error);
      if (error.code === 'full') this.#parts.statistics.fullDisk.refused();
      throw (error.code === 'full' && conditionErrorOf(this.#parts, writes, isGroup)) || error;
    }
  }

  #enqueue(write: Write, bytes: number, stored: StoredValues | undefined): Promise<Result> {
    return new Promise((resolve, reject) => {
      const single: SingleWrite = { write, bytes, stored, resolve, reject };
      this.#push(single);
    });
  }

  #push(item: Queued): void {
    this.#queue.push(item);
    if (this.#beginsAtEndOfTurn || this.#running) return;
    this.#beginsAtEndOfTurn = true;
    setImmediate(this.#begin);
  }

  readonly #begin = (): void => {
    this.#beginsAtEndOfTurn = false;
    if (this.#queue.length > 0) this.#running ??= this.#run();
  };

  /** Writes frames until nothing is queued. */
  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#commitOrReject(takeFrame(this.#queue));
    // At once: a write that is queued from now on begins another run.
    this.#running = undefined;
  }

  async #commitOrReject(items: readonly Queued[]): Promise<void> {
    try {
      await this.#commit(items);
    } catch (error) {
      const known = error instanceof StoreError ? error : failed('journal', String(error));
      if (known.code === 'full') return this.#rejectAsFull(items, known);
      if (known.code !== 'overloaded') this.fail(known);
      for (const item of items) this.#reject(item, known);
    }
  }

  /**
   * Rejects the items that store something. A condition that does not hold comes first: a larger
   * disk would not help that write. Deletions may still find space.
   */
  async #rejectAsFull(items: readonly Queued[], error: StoreError): Promise<void> {
    const deletions = items.filter(isDeletion);
    for (const item of items) {
      if (isDeletion(item) && deletions.length < items.length) continue;
      const writes = item.writes ?? [item.write];
      const conditionError = conditionErrorOf(this.#parts, writes, !!item.writes);
      if (!conditionError) this.#parts.statistics.fullDisk.refused();
      this.#reject(item, conditionError ?? error);
    }
    if (deletions.length > 0 && deletions.length < items.length)
      await this.#commitOrReject(deletions);
  }

  /** Resolves when the frame of the items is durable, and they are settled. */
  async #commit(items: readonly Queued[]): Promise<void> {
    const { journal, versions, cache, look, nowMs, statistics } = this.#parts;
    let heldMs = 0;
    const keys = keysToLookUp(items);
    if (keys.length > 0) await this.#parts.prefetch(keys);
    const pages = pagesOf(items);
    const entryBytes = entryBytesOf(items);
    const onlyDeletes = items.every(isDeletion);
    do {
      const space = journal.makeSpace(entryBytes, pages, onlyDeletes);
      if (space) {
        const sinceMs = performance.now();
        await space;
        heldMs += performance.now() - sinceMs;
      }
      // From here on nothing is waited for until the frame is on its way.
    } while (!journal.hasSpace(entryBytes, onlyDeletes));
    if (this.#failure) throw this.#failure;
    const draft = new FrameDraft(journal.active, versions, look, nowMs(), items);
    const results = items.map((item) => draft.add(item));
    for (const [index, { stored }] of items.entries())
      if (stored && !results[index]?.error)
        journal.active.slots.set(stored.slot.number, stored.slot);
    if (!draft.isEmpty) {
      const ceiling = versions.ceilingToStore;
      const buckets = draft.keys.map((key) => cache.invalidate(key));
      const bytes = frameBytes(draft.end - journal.active.entriesStart);
      const beganMs = monotonicMs();
      // After a failed frame nobody knows what is on the disk: its keys stay uncached.
      await journal.append(draft.end, pages, ceiling);
      statistics.committed({
        beganMs,
        endedMs: monotonicMs(),
        writes: draft.keys.length,
        bytes,
        fill: journal.active.fill,
        heldMs,
      });
      if (!onlyDeletes) statistics.fullDisk.stored();
      if (ceiling !== undefined) versions.committed(ceiling);
      for (const bucket of buckets) cache.settle(bucket);
      // The data file may have been lost while this was on its way.
      if (this.#failure) throw this.#failure;
    }
    // Before they settle: a caller that goes on must not count them as waiting.
    for (const item of items) this.#forget(item);
    for (const [index, item] of items.entries()) {
      const { stored } = item;
      const { error, result } = results[index] as Outcome;
      if (error && stored) journal.slots.free(stored.slot);
      if (error) item.reject(error);
      else (item.resolve as (result: unknown) => void)(result);
    }
  }

  #reject(item: Queued, error: unknown): void {
    this.#forget(item);
    // A frame that failed may be on the disk, and refer to the slot.
    if (item.stored && !this.#failure) this.#parts.journal.slots.free(item.stored.slot);
    item.reject(error);
  }

  #forget(item: Queued): void {
    this.#waiting.give(countOf(item), item.bytes);
  }
}
