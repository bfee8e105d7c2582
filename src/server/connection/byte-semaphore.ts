/**
 * A semaphore that counts bytes. Those that do not fit wait in one queue, in the order in which
 * they came: a large one is not passed over for small ones that would fit.
 */

export interface QueueLimits {
  readonly maxWaiting: number;
  /** Infinity: the queue moves by itself. */
  readonly maxWaitMs: number;
  /** Made for each that is turned away. */
  readonly refusal: () => Error;
}

interface Waiting {
  readonly bytes: number;
  readonly deadlineMs: number;
  resolve(): void;
  reject(error: Error): void;
}

/** A place in the queue. */
export interface Wait {
  /** Resolves once the bytes are taken. Rejects with the refusal. */
  readonly taken: Promise<void>;
  /** Gives the place up, which is a refusal. Nothing happens if the bytes are taken already. */
  leave(): void;
}

export class ByteSemaphore {
  /** More can't be taken at a time. */
  readonly maxBytes: number;
  readonly #limits: QueueLimits;
  #takenBytes = 0;
  /** In order; all wait equally long, so the first has the first deadline. */
  readonly #queue = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(maxBytes: number, limits: QueueLimits) {
    this.maxBytes = maxBytes;
    this.#limits = limits;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Takes so many bytes if they fit and nobody waits. */
  tryTake(bytes: number): boolean {
    if (this.#queue.size > 0 || this.#takenBytes + bytes > this.maxBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  /** Takes the bytes whether they fit or not. */
  force(bytes: number): void {
    this.#takenBytes += bytes;
  }

  /** Takes so many bytes as soon as they fit, at most `maxBytes` at a time. */
  wait(bytes: number): Wait {
    const { maxWaiting, maxWaitMs, refusal } = this.#limits;
    if (this.tryTake(bytes)) return { taken: Promise.resolve(), leave: () => {} };
    if (this.#queue.size >= maxWaiting || bytes > this.maxBytes)
      return { taken: Promise.reject(refusal()), leave: () => {} };
    let waiting: Waiting | undefined;
    const taken = new Promise<void>((resolve, reject) => {
      waiting = { bytes, deadlineMs: performance.now() + maxWaitMs, resolve, reject };
      this.#queue.add(waiting);
      if (maxWaitMs < Number.POSITIVE_INFINITY)
        this.#timer ??= setTimeout(this.#refuseLate, maxWaitMs);
    });
    const leave = () => {
      if (waiting === undefined || !this.#queue.delete(waiting)) return;
      waiting.reject(refusal());
      this.#serve();
    };
    return { taken, leave };
  }

  /** Does the work with so many bytes taken. */
  async during<T>(bytes: number, work: () => T | Promise<T>): Promise<T> {
    await this.wait(bytes).taken;
    try {
      return await work();
    } finally {
      this.give(bytes);
    }
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
    if (this.#queue.size > 0) this.#serve();
  }

  #serve(): void {
    for (const waiting of this.#queue) {
      if (this.#takenBytes + waiting.bytes > this.maxBytes) break;
      this.#queue.delete(waiting);
      this.#takenBytes += waiting.bytes;
      waiting.resolve();
    }
    if (this.#queue.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** One timer serves the whole queue: it is set for the first in it. */
  readonly #refuseLate = (): void => {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const waiting of this.#queue) {
      // A timer may fire a little early.
      const leftMs = Math.ceil(waiting.deadlineMs - nowMs);
      if (leftMs > 0) {
        this.#timer = setTimeout(this.#refuseLate, leftMs);
        break;
      }
      this.#queue.delete(waiting);
      waiting.reject(this.#limits.refusal());
    }
    // The next one may be smaller than the one that blocked it.
    this.#serve();
  };
}
