/**
 * The memory for content of all connections: received, or waiting for a slow reader.
 *
 * Large content is taken whole, before any of it is in memory, and waits its turn if it does not
 * fit. Small content (up to 256 KiB) does not wait: it may go beyond the budget into a reserve. So
 * small requests are served while large ones wait. One connection holds a share at most.
 */
import { type Limits, maxTinyContentBytes, pieceBytes } from '../../config/limits.js';
import type { Awaitable } from '../../store/store.js';
import { overloaded } from '../api/problem.js';
import { ByteSemaphore, type Wait } from './byte-semaphore.js';
import { ClientGone } from './client-gone.js';

export type BudgetLimits = Pick<
  Limits,
  | 'maxValueBytes'
  | 'maxContentBytesInMemory'
  | 'smallContentReserveBytes'
  | 'maxQueuedContents'
  | 'contentQueueMs'
>;

const refusal = () =>
  overloaded('the server holds too much content in memory already; try again later');

export class MemoryBudget {
  /** One connection holds at most so much: a value, or a sixteenth of all if that is more. */
  readonly shareBytes: number;
  readonly #room: ByteSemaphore;
  readonly #maxBytesWithReserve: number;

  constructor(limits: BudgetLimits) {
    const { maxContentBytesInMemory: maxBytes, maxValueBytes, smallContentReserveBytes } = limits;
    this.#maxBytesWithReserve = maxBytes + smallContentReserveBytes;
    // Small content comes with a value: the responses of the same turn, the page of a range.
    this.shareBytes = Math.max(maxValueBytes, maxBytes / 16) + 2 * pieceBytes;
    this.#room = new ByteSemaphore(maxBytes, {
      maxWaiting: limits.maxQueuedContents,
      maxWaitMs: limits.contentQueueMs,
      refusal,
    });
  }

  get takenBytes(): number {
    return this.#room.takenBytes;
  }

  tryTake(bytes: number): boolean {
    if (bytes > pieceBytes) return this.#room.tryTake(bytes);
    if (bytes > maxTinyContentBytes && this.takenBytes + bytes > this.#maxBytesWithReserve)
      return false;
    this.#room.force(bytes);
    return true;
  }

  /** For large content: waits for room. Small content is taken or refused at once. */
  wait(bytes: number): Wait {
    if (bytes > pieceBytes) return this.#room.wait(bytes);
    const taken = this.tryTake(bytes) ? Promise.resolve() : Promise.reject(refusal());
    return { taken, leave: () => {} };
  }

  give(bytes: number): void {
    this.#room.give(bytes);
  }
}

/** The memory that one request or one connection holds. Released when it is over. */
export class Reservation {
  readonly #budget: MemoryBudget;
  #bytes = 0;
  /** Parts of one request may wait at the same time. Their bytes count for the share already. */
  readonly #waits = new Set<Wait>();
  #waitingBytes = 0;
  #isOver = false;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Takes so many bytes if they fit now. */
  tryTake(bytes: number): boolean {
    if (!this.#isWithinShare(bytes) || !this.#budget.tryTake(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** @throws Problem 503 when so many bytes more do not fit now */
  takeNow(bytes: number): void {
    if (!this.tryTake(bytes)) throw refusal();
  }

  /**
   * Takes the bytes of large content as soon as there is room for them, and those of small content
   * now.
   * @throws Problem 503; the promise too
   */
  take(bytes: number): Awaitable<void> {
    return this.tryTake(bytes) ? undefined : this.reserve(bytes);
  }

  /**
   * Takes so many bytes as soon as there is room for them.
   * @throws Problem 503 after `limits.contentQueueMs`, or when too many wait already; ClientGone
   */
  async reserve(bytes: number): Promise<void> {
    if (this.tryTake(bytes)) return;
    if (!this.#isWithinShare(bytes)) throw refusal();
    this.#waitingBytes += bytes;
    try {
      await this.queueFor(this.#budget, bytes);
      this.#bytes += bytes;
    } finally {
      this.#waitingBytes -= bytes;
    }
  }

  /**
   * Takes so many bytes of a queue that is shared with others. The place in it is given up when the
   * client goes. The caller gives the bytes back.
   * @throws the refusal of the queue; ClientGone
   */
  async queueFor(queue: { wait(bytes: number): Wait }, bytes: number): Promise<void> {
    if (this.#isOver) throw new ClientGone('the connection was closed within the request');
    const wait = queue.wait(bytes);
    this.#waits.add(wait);
    try {
      await wait.taken;
    } finally {
      this.#waits.delete(wait);
    }
  }

  /** Gives back a part before the request is over. */
  give(bytes: number): void {
    this.#budget.give(bytes);
    this.#bytes -= bytes;
  }

  /** Ends all waits: the client has gone. */
  cancel(): void {
    this.#isOver = true;
    for (const wait of this.#waits) wait.leave();
  }

  release(): void {
    this.give(this.#bytes);
  }

  #isWithinShare(bytes: number): boolean {
    return this.#bytes + this.#waitingBytes + bytes <= this.#budget.shareBytes;
  }
}
