/**
 * Group commit on the event loop's side. The single writes of one turn go to the writer in batches.
 * An atomic batch, and a large write, have a batch of their own. The writer stores the batches that
 * wait for it in one commit, within bounds, so that one sync serves many writes. An atomic batch
 * has a commit of its own.
 *
 * A write resolves once it is on the disk. A single write is rejected as `full` only if it does not
 * fit by itself. Any write is rejected as `condition-failed` if its condition does not hold when
 * its turn comes in its transaction.
 * The writes that wait, here and at the writer, are bounded by count and by bytes.
 */
import { type Limits, pieceBytes } from '../../../config/limits.js';
import {
  type Allowance,
  type DeleteResult,
  type PutResult,
  type Result,
  StoreError,
} from '../../store.js';
import type { EntityCache } from '../read/entity-cache.js';
import {
  type CopiedValues,
  copyInSlices,
  type Delete,
  encodeBatch,
  isLargeWrite,
  maxBatchBytes,
  maxBatchWrites,
  type Put,
  type Write,
  writeBytes,
} from './batch.js';
import { type Group, isStored, type Queued, rejectWrite, settle } from './queued.js';
import type { VersionClock } from './version-clock.js';
import type { WriteOutcomes, Writer } from './writer.js';

export class GroupCommit {
  readonly #writer: Writer;
  readonly #versions: VersionClock;
  readonly #nowMs: () => number;
  readonly #limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>;
  readonly #cache: EntityCache;
  readonly #onCommit: () => void;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  /** Large writes that are copied before they are queued. */
  #copyingWrites = 0;
  #copyingBytes = 0;
  /** Sent to the writer and not settled. */
  #sentWrites = 0;
  #sentBytes = 0;
  #lastBatch: Promise<void> | undefined;
  /** The queue is sent at the end of this turn of the event loop. */
  #sendsAtEndOfTurn = false;
  #failure: StoreError | undefined;

  /**
   * @param cache never holds a key while a write of it is at the writer
   * @param onCommit called after each commit and before its writes settle: reads must see them then
   */
  constructor(
    writer: Writer,
    versions: VersionClock,
    nowMs: () => number,
    limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>,
    cache: EntityCache,
    onCommit: () => void,
  ) {
    this.#writer = writer;
    this.#versions = versions;
    this.#nowMs = nowMs;
    this.#limits = limits;
    this.#cache = cache;
    this.#onCommit = onCommit;
  }

  /** Set by the first commit that failed for another reason than a full disk, or by fail(). */
  get failure(): StoreError | undefined {
    return this.#failure;
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
    const bytes = writeBytes(write);
    const refusal = this.#refusal(1, bytes);
    if (refusal) return Promise.reject(refusal);
    if (!allowance || !isLargeWrite(write)) return this.#enqueue(write, bytes);
    return this.#copy([write], bytes, false, allowance).then(([result]) => result as Result);
  }

  /**
   * Queues writes of one transaction: all of them are stored, or none is. Resolves once they are
   * durable.
   * @param allowance asked for slices of time to copy the values, if they are large together
   * @throws StoreError like write(); `condition-failed` has the index of the write
   */
  writeAll(writes: readonly Write[], allowance?: Allowance): Promise<readonly Result[]> {
    let bytes = 0;
    for (const write of writes) bytes += writeBytes(write);
    const refusal = this.#refusal(writes.length, bytes);
    if (refusal) return Promise.reject(refusal);
    if (allowance && bytes > pieceBytes) return this.#copy(writes, bytes, true, allowance);
    return this.#enqueueGroup(writes, { isAtomic: true });
  }

  /**
   * Queues entities of another store, which are a batch. Those whose condition does not hold are
   * left out. Resolves once the others are durable.
   * @throws StoreError like write()
   */
  async load(puts: readonly Put[]): Promise<void> {
    let bytes = 0;
    for (const put of puts) bytes += writeBytes(put);
    const refusal = this.#refusal(puts.length, bytes);
    if (refusal) throw refusal;
    await this.#enqueueGroup(puts, { leavesOut: true });
  }

  /** Why the writes are not taken: `overloaded`, or the failure. */
  #refusal(writes: number, bytes: number): StoreError | undefined {
    if (this.#failure) return this.#failure;
    const { maxQueuedWrites, maxQueuedBytes } = this.#limits;
    const waiting = this.#queue.length + this.#sentWrites + this.#copyingWrites;
    const waitingBytes = this.#queuedBytes + this.#sentBytes + this.#copyingBytes;
    const isFull = waiting + writes > maxQueuedWrites || waitingBytes + bytes > maxQueuedBytes;
    if (waiting === 0 || !isFull) return undefined;
    return new StoreError(
      'overloaded',
      'too many writes wait for the disk already; try again later',
    );
  }

  async #copy(
    writes: readonly Write[],
    bytes: number,
    isAtomic: boolean,
    allowance: Allowance,
  ): Promise<readonly Result[]> {
    this.#copyingWrites += writes.length;
    this.#copyingBytes += bytes;
    let copied: CopiedValues;
    try {
      copied = await copyInSlices(writes, bytes, allowance);
    } finally {
      this.#copyingWrites -= writes.length;
      this.#copyingBytes -= bytes;
    }
    if (this.#failure) throw this.#failure;
    return this.#enqueueGroup(writes, { isAtomic, copied });
  }

  #enqueueGroup(
    writes: readonly Write[],
    { isAtomic = false, leavesOut = false, copied }: Partial<Group>,
  ): Promise<readonly Result[]> {
    if (writes.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const { length } = writes;
      const group: Group = { writes: length, isAtomic, leavesOut, copied, resolve, reject };
      for (const write of writes)
        this.#push({ write, bytes: writeBytes(write), version: 0, group });
    });
  }

  #enqueue(write: Write, bytes: number): Promise<Result> {
    return new Promise((resolve, reject) =>
      this.#push({ write, bytes, version: 0, group: undefined, resolve, reject }),
    );
  }

  #push(queued: Queued): void {
    this.#queue.push(queued);
    this.#queuedBytes += queued.bytes;
    if (this.#sendsAtEndOfTurn) return;
    this.#sendsAtEndOfTurn = true;
    setImmediate(this.#send);
  }

  /** Acknowledges nothing more, not even what is at the writer. */
  fail(error: StoreError): void {
    this.#failure ??= error;
    for (const queued of this.#queue.splice(0)) rejectWrite(queued, this.#failure);
    this.#queuedBytes = 0;
  }

  /** Resolves when everything queued so far has settled. */
  async settled(): Promise<void> {
    while (this.#queue.length + this.#sentWrites + this.#copyingWrites > 0) {
      await this.#lastBatch;
      // Writes queued in this turn are sent at its end.
      await new Promise(setImmediate);
    }
  }

  /** Sends the queue while less than a commit's worth is at the writer; the rest stays uncopied. */
  readonly #send = (): void => {
    this.#sendsAtEndOfTurn = false;
    while (this.#queue.length > 0 && this.#sentBytes < maxBatchBytes)
      this.#lastBatch = this.#commit(...this.#takeBatch());
  };

  /** Moves writes from the queue to a batch. Returns them and their size in bytes. */
  #takeBatch(): [writes: readonly Queued[], bytes: number] {
    const group = this.#queue[0]?.group;
    let bytes = 0;
    let count = 0;
    for (const queued of this.#queue) {
      const isFull = count === maxBatchWrites || bytes + queued.bytes > maxBatchBytes;
      const isNext = group ? count < group.writes : !queued.group && (count === 0 || !isFull);
      if (!isNext) break;
      bytes += queued.bytes;
      count++;
    }
    const writes = this.#queue.splice(0, count);
    this.#queuedBytes -= bytes;
    this.#sentWrites += count;
    this.#sentBytes += bytes;
    return [writes, bytes];
  }

  async #commit(writes: readonly Queued[], bytes: number): Promise<void> {
    let outcomes: WriteOutcomes | undefined;
    let failure: unknown;
    try {
      outcomes = await this.#store(writes, bytes);
      // The file may have been lost while this was on its way to it.
      failure = this.#failure;
    } catch (error) {
      failure = error;
      if (error instanceof StoreError && error.code !== 'full') this.fail(error);
    }
    // Before the writes settle: a caller that goes on must not count them as waiting.
    this.#sentWrites -= writes.length;
    this.#sentBytes -= bytes;
    if (failure) for (const queued of writes) rejectWrite(queued, failure);
    else settle(writes, outcomes);
    if (!this.#sendsAtEndOfTurn) this.#send();
  }

  async #store(writes: readonly Queued[], bytes: number): Promise<WriteOutcomes | undefined> {
    const group = writes[0]?.group;
    const memory = encodeBatch(
      writes.map(({ write }) => write),
      bytes,
      (index) => {
        const queued = writes[index] as Queued;
        const given = (queued.write as Put).version;
        const version = given === undefined ? this.#versions.next() : this.#versions.take(given);
        queued.version = version;
        return version;
      },
      group?.copied,
    );
    const ceiling = this.#versions.ceilingToStore;
    // After a failed commit nobody knows the state of the tree: its keys stay uncached.
    const buckets = writes.map(({ write }) => this.#cache.invalidate(write.key));
    const outcomes = await this.#writer.commit(memory, {
      writes: writes.length,
      isAtomic: group?.isAtomic ?? false,
      ceiling,
      nowMs: this.#nowMs(),
    });
    if (ceiling !== undefined && isStored(writes, outcomes)) this.#versions.committed(ceiling);
    this.#onCommit();
    for (const each of buckets) this.#cache.settle(each);
    return outcomes;
  }
}
