/** Bounds the writes that wait for their commit, by count and by bytes. */
import type { Limits } from '../../../config/limits.js';
import { StoreError } from '../../store.js';

export class Waiting {
  readonly #limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>;
  #writes = 0;
  #bytes = 0;

  constructor(limits: Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>) {
    this.#limits = limits;
  }

  get writes(): number {
    return this.#writes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts the writes. @returns why they are not taken: `overloaded`; undefined: they are */
  add(writes: number, bytes: number): StoreError | undefined {
    const { maxQueuedWrites, maxQueuedBytes } = this.#limits;
    const isFull = this.#writes + writes > maxQueuedWrites || this.#bytes + bytes > maxQueuedBytes;
    // One that is larger than the bound has its turn alone.
    if (this.#writes > 0 && isFull)
      return new StoreError(
        'overloaded',
        'too many writes wait for the disk already; try again later',
      );
    this.#writes += writes;
    this.#bytes += bytes;
    return undefined;
  }

  remove(writes: number, bytes: number): void {
    this.#writes -= writes;
    this.#bytes -= bytes;
  }
}
