/** Bounds the writes that wait for the cluster, by count and bytes. A store that closes waits. */
import type { Limits } from '../../config/limits.js';
import { StoreError } from '../store.js';

export class WritesUnderWay {
  readonly #limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>;
  #count = 0;
  #bytes = 0;
  #onSettled: (() => void) | undefined;

  constructor(limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>) {
    this.#limits = limits;
  }

  get queued(): { readonly writes: number; readonly bytes: number } {
    return { writes: this.#count, bytes: this.#bytes };
  }

  /** Counts a write until it has ended. @throws StoreError `overloaded` */
  async run<T>(bytes: number, write: () => Promise<T>): Promise<T> {
    const { maxQueuedWrites, maxQueuedBytes } = this.#limits;
    const isFull = this.#count >= maxQueuedWrites || this.#bytes + bytes > maxQueuedBytes;
    if (this.#count > 0 && isFull)
      throw new StoreError('overloaded', 'too many writes wait already; try again later');
    this.#count++;
    this.#bytes += bytes;
    try {
      return await write();
    } finally {
      this.#bytes -= bytes;
      if (--this.#count === 0) this.#onSettled?.();
    }
  }

  /** Resolves once none is under way. None may begin then. */
  async settled(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#onSettled = resolve;
    });
  }
}
