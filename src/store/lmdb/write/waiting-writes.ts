/** The writes that wait for the disk, bounded by count and by bytes. */
import type { Limits } from '../../../config/limits.js';
import { StoreError } from '../../store.js';

export type WaitingLimits = Pick<Limits, 'maxQueuedWrites' | 'maxQueuedBytes'>;

export class WaitingWrites {
  readonly #limits: WaitingLimits;
  #writes = 0;
  #bytes = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  get writes(): number {
    return this.#writes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#writes === 0;
  }

  /** Takes writes, or says why not: `overloaded`. A single group may be larger than the bounds. */
  take(writes: number, bytes: number): StoreError | undefined {
    const { maxQueuedWrites, maxQueuedBytes } = this.#limits;
    const isFull = this.#writes + writes > maxQueuedWrites || this.#bytes + bytes > maxQueuedBytes;
    if (isFull && !this.isEmpty)
      return new StoreError(
        'overloaded',
        'too many writes wait for the disk already; try again later',
      );
    this.#writes += writes;
    this.#bytes += bytes;
    return undefined;
  }

  /** They are settled. */
  give(writes: number, bytes: number): void {
    this.#writes -= writes;
    this.#bytes -= bytes;
  }
}
