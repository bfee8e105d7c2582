/**
 * Group commit: all writes that arrive while one commit is under way share the next one, so a disk that syncs
 * a thousand times a second can acknowledge many thousands of writes. The promise of a write settles when its own
 * batch has: resolved after the sync, or rejected with that batch's error, and with nobody else's.
 *
 * Exactly one batch is in flight at a time. What waits behind it is bounded, by count and by bytes.
 */
import { channel } from 'node:diagnostics_channel';
import type { Limits } from '../../limits.js';
import { StoreError } from '../store.js';
import { encodeBatch, type Write, writeBytes } from './batch.js';
import { Gathering } from './gathering.js';
import type { Versions } from './versions.js';
import type { Writer } from './writer.js';

/**
 * One transaction's worth: enough to make the sync's share small, little enough to keep the next batch near, and the
 * room that must be on the disk for it (room.ts) in bounds.
 */
const maxBatchBytes = 4 * 1024 * 1024;
export const maxBatchWrites = 512;

/** Tells of each commit, as a {@link CommitEvent}, once it is over; costs nothing while nobody listens. */
const commits = channel('evenkeel:commit');

/** Times are of this thread's performance.now(): from giving the batch to the writer until its reply was heard. */
export interface CommitEvent {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly writes: number;
  /** Whether it is on the disk. */
  readonly stored: boolean;
}

interface Queued {
  readonly write: Write;
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

export class GroupCommit {
  readonly #writer: Writer;
  readonly #versions: Versions;
  readonly #limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>;
  readonly #onCommit: () => void;
  readonly #mostWrites: number;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  readonly #gathering = new Gathering();
  #running: Promise<void> | undefined;
  #failure: StoreError | undefined;

  /**
   * @param onCommit called after each commit and before its writes are acknowledged
   * @param mostWrites in one batch; 1: no grouping
   */
  constructor(
    writer: Writer,
    versions: Versions,
    limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>,
    onCommit: () => void,
    mostWrites = maxBatchWrites,
  ) {
    this.#writer = writer;
    this.#versions = versions;
    this.#limits = limits;
    this.#onCommit = onCommit;
    this.#mostWrites = mostWrites;
  }

  /** Set by the first commit that failed for another reason than a lack of room. */
  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /**
   * Queues a write. Resolves once it is durable.
   * @throws StoreError `overloaded` when the queue is full, `full`, `failed`.
   */
  write(write: Write): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const bytes = writeBytes(write);
    const { maxQueuedWrites, maxQueuedBytes } = this.#limits;
    const overBytes = this.#queue.length > 0 && this.#queuedBytes + bytes > maxQueuedBytes;
    if (this.#queue.length >= maxQueuedWrites || overBytes)
      return Promise.reject(
        new StoreError('overloaded', 'too many writes wait for the disk already; try again later'),
      );
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      this.#gathering.joined(this.#queue.length);
      this.#running ??= this.#commitAll();
    });
  }

  /** Resolves when everything queued so far has settled. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #commitAll(): Promise<void> {
    const grouped = this.#mostWrites > 1;
    // One turn of the event loop, so that all requests read from the sockets in this turn share the first commit.
    if (grouped) await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      await this.#commit(batch);
      if (grouped) await this.#gathering.over(batch.length, this.#queue.length);
    }
    this.#running = undefined;
  }

  #takeBatch(): Queued[] {
    let bytes = 0;
    let count = 0;
    for (const queued of this.#queue) {
      if (count === this.#mostWrites || (count > 0 && bytes + queued.bytes > maxBatchBytes)) break;
      bytes += queued.bytes;
      count++;
    }
    this.#queuedBytes -= bytes;
    return count === this.#queue.length ? this.#queue.splice(0) : this.#queue.splice(0, count);
  }

  async #commit(batch: Queued[]): Promise<void> {
    if (this.#failure) {
      for (const queued of batch) queued.reject(this.#failure);
      return;
    }
    try {
      let bytes = 0;
      const writes: Write[] = [];
      for (const queued of batch) {
        bytes += queued.bytes;
        writes.push(queued.write);
      }
      const memory = encodeBatch(writes, bytes, this.#versions.next);
      await this.#store(memory, batch.length);
      this.#versions.committed();
      this.#onCommit();
    } catch (error) {
      await this.#fail(batch, error);
      return;
    }
    for (const queued of batch) queued.resolve();
  }

  async #store(memory: ArrayBuffer, writes: number): Promise<void> {
    const beganMs = commits.hasSubscribers ? performance.now() : 0;
    const stored = this.#writer.commit(memory, this.#versions.ceilingToStore);
    if (beganMs === 0) return stored;
    const tell = (stored: boolean) =>
      commits.publish({ beganMs, endedMs: performance.now(), writes, stored } satisfies CommitEvent);
    return stored.then(
      () => tell(true),
      (error) => {
        tell(false);
        throw error;
      },
    );
  }

  async #fail(batch: readonly Queued[], error: unknown): Promise<void> {
    const code = error instanceof StoreError ? error.code : undefined;
    if (code === 'full' && batch.length > 1) {
      // What has no room together may have it apart, deletions above all.
      const half = Math.ceil(batch.length / 2);
      await this.#commit(batch.slice(0, half));
      await this.#commit(batch.slice(half));
      return;
    }
    for (const queued of batch) queued.reject(error);
    if (!(error instanceof StoreError) || code === 'full') return;
    this.#failure = error;
    for (const queued of this.#queue.splice(0)) queued.reject(error);
    this.#queuedBytes = 0;
  }
}
