/**
 * Group commit, the event loop's half: the writes of a turn, or of several, go to the writer together as a batch, and the writer stores all batches
 * that wait for it in one commit, so a disk that syncs a thousand times a second can acknowledge many thousands of writes. The promise of a
 * write settles when it is known what became of it: resolved after the sync, or rejected, for a lack of room only if it found none itself.
 *
 * What waits, here and with the writer, is bounded, by count and by bytes.
 */
import type { Limits } from '../../../config/limits.js';
import { StoreError } from '../../store.js';
import type { EntityCache } from '../read/entity-cache.js';
import { encodeBatch, maxBatchBytes, maxBatchWrites, type Write, writeBytes } from './batch.js';
import type { Versions } from './versions.js';
import type { Refusal, Writer } from './writer.js';

/**
 * Writes of a batch that settle before the event loop looks for further requests. Their clients answer with further writes, and a client that
 * is answered while others are still to be answered has its CPU meanwhile.
 */
const settledPerTurn = 8;
/**
 * From so many writes on that have been given to the writer in batches not wholly settled, what comes waits here, for one batch: commits that are few
 * and large leave the CPUs to the requests. Below that the writer is given what comes at once, so that it need not wait for the event loop between
 * two commits.
 */
const mostUnsettled = 24;
/** Both hold while turns of the event loop are shorter than this. Beside other work, such as many reads, a turn is dear: all settle at once, and nothing waits. */
const shortTurnMs = 0.5;
const endOfTurn = () => new Promise(setImmediate);

interface Queued {
  readonly write: Write;
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

interface Batch {
  readonly writes: readonly Queued[];
  readonly bytes: number;
}

export class GroupCommit {
  readonly #writer: Writer;
  readonly #versions: Versions;
  readonly #limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>;
  readonly #cache: EntityCache;
  readonly #onCommit: () => void;
  readonly #monotonicMs: () => number;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  /** What the writer has been given and has not settled. */
  #givenWrites = 0;
  #givenBytes = 0;
  /** Writes of the batches that have not wholly settled. */
  #unsettled = 0;
  /** The batch given last. */
  #last: Promise<void> | undefined;
  /** The end of this turn of the event loop is waited for, since when. */
  #giving = false;
  #givingMs = 0;
  /** How long the last turn took that was looked at, or what was left of it. */
  #turnMs = 0;
  #failure: StoreError | undefined;

  /**
   * @param cache keeps nothing of a key from when its write is given to the writer until that is stored
   * @param onCommit called after each commit and before its writes are acknowledged
   * @param monotonicMs a clock for the turns of the event loop
   */
  constructor(
    writer: Writer,
    versions: Versions,
    limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>,
    cache: EntityCache,
    onCommit: () => void,
    monotonicMs = () => performance.now(),
  ) {
    this.#writer = writer;
    this.#versions = versions;
    this.#limits = limits;
    this.#cache = cache;
    this.#onCommit = onCommit;
    this.#monotonicMs = monotonicMs;
  }

  /** Set by the first commit that failed for another reason than a lack of room. */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /**
   * Queues a write. Resolves once it is durable.
   * @throws StoreError `overloaded` when too much waits already, `full`, `failed`.
   */
  write(write: Write): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const bytes = writeBytes(write);
    const { maxQueuedWrites, maxQueuedBytes } = this.#limits;
    const waiting = this.#queue.length + this.#givenWrites;
    const waitingBytes = this.#queuedBytes + this.#givenBytes;
    if (waiting >= maxQueuedWrites || (waiting > 0 && waitingBytes + bytes > maxQueuedBytes))
      return Promise.reject(
        new StoreError('overloaded', 'too many writes wait for the disk already; try again later'),
      );
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      if (this.#giving) return;
      this.#giving = true;
      this.#givingMs = this.#monotonicMs();
      // All requests read from the sockets in this turn of the event loop share a batch.
      setImmediate(this.#endTurn);
    });
  }

  /** Resolves when everything queued so far has settled. */
  async settled(): Promise<void> {
    while (this.#queue.length + this.#givenWrites > 0) {
      await this.#last;
      // For what is queued to be given, and for replies to be heard.
      await endOfTurn();
    }
  }

  readonly #endTurn = (): void => {
    this.#giving = false;
    this.#turnMs = this.#monotonicMs() - this.#givingMs;
    this.#give();
  };

  #give(): void {
    while (this.#queue.length > 0 && this.#mayGive()) {
      const batch = this.#takeBatch();
      this.#givenWrites += batch.writes.length;
      this.#unsettled += batch.writes.length;
      this.#givenBytes += batch.bytes;
      this.#last = this.#commit(batch);
    }
  }

  /** What may not be given yet waits here, where it is not copied. */
  #mayGive(): boolean {
    if (this.#unsettled === 0) return true;
    const gathers = this.#unsettled >= mostUnsettled && this.#turnMs < shortTurnMs;
    return !gathers && this.#givenBytes < maxBatchBytes;
  }

  #takeBatch(): Batch {
    let bytes = 0;
    let count = 0;
    for (const queued of this.#queue) {
      if (count === maxBatchWrites || (count > 0 && bytes + queued.bytes > maxBatchBytes)) break;
      bytes += queued.bytes;
      count++;
    }
    this.#queuedBytes -= bytes;
    const all = count === this.#queue.length;
    return { writes: all ? this.#queue.splice(0) : this.#queue.splice(0, count), bytes };
  }

  async #commit({ writes, bytes }: Batch): Promise<void> {
    try {
      await this.#settle(writes, await this.#store(writes, bytes));
    } catch (error) {
      if (error instanceof StoreError && error.code !== 'full') this.#fail(error);
      for (const queued of writes) {
        this.#release(queued);
        queued.reject(error);
      }
    }
    this.#unsettled -= writes.length;
    if (!this.#giving) this.#give();
  }

  /** Tells the writes of a batch, in order, what became of them. */
  async #settle(writes: readonly Queued[], refusal: Refusal | undefined): Promise<void> {
    const refused = new Set(refusal?.places);
    for (const [place, queued] of writes.entries()) {
      if (place > 0 && place % settledPerTurn === 0 && this.#turnMs < shortTurnMs) {
        const beganMs = this.#monotonicMs();
        await endOfTurn();
        this.#turnMs = this.#monotonicMs() - beganMs;
      }
      this.#release(queued);
      if (refused.has(place)) queued.reject(refusal?.error);
      else queued.resolve();
    }
  }

  /** A write is about to settle: it counts no more among those that wait. */
  #release({ bytes }: Queued): void {
    this.#givenWrites--;
    this.#givenBytes -= bytes;
  }

  async #store(writes: readonly Queued[], bytes: number): Promise<Refusal | undefined> {
    const memory = encodeBatch(
      writes.map(({ write }) => write),
      bytes,
      this.#versions.next,
    );
    const ceiling = this.#versions.ceilingToStore;
    // Of a commit that fails nobody knows what the tree has: what it held stays held.
    const held = writes.map(({ write }) => this.#cache.hold(write.key));
    const refusal = await this.#writer.commit(memory, writes.length, ceiling);
    if (ceiling !== undefined && refusal?.places.length !== writes.length)
      this.#versions.committed(ceiling);
    this.#onCommit();
    for (const each of held) this.#cache.release(each);
    return refusal;
  }

  #fail(error: StoreError): void {
    this.#failure ??= error;
    for (const queued of this.#queue.splice(0)) queued.reject(this.#failure);
    this.#queuedBytes = 0;
  }
}
