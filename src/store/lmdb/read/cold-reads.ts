/**
 * Reads whose pages are not in memory. LMDB reads through a memory map, where a page that the page
 * cache lacks is a major fault: the thread waits for the disk, and if it is the event loop's, so
 * does every other request. When reads meet such faults, they become cold: one of libuv's threads
 * looks the key up first (lmdb's `prefetch`), which loads its pages. (Of a value in several pages
 * it may leave out the last.)
 *
 * Nothing tells whether a page is in memory. But the kernel counts the major faults of this process
 * (getrusage(2)), so the last reads predict the next ones. While all is in memory, a read costs
 * only a look at that count now and then.
 */
import type { Database } from 'lmdb';
import type { Limits } from '../../../config/limits.js';
import { StoreError } from '../../store.js';

/** Reads between two looks at the count, which takes some µs. */
const readsPerLook = 16;
/**
 * From this rate on reads are cold, until a look finds no fault. A fault holds the event loop for
 * about ten times as long as a prefetch.
 */
const coldFaultsPerRead = 1 / 8;
/**
 * Prefetches at a time: libuv's default of threads, which also read files and resolve names. Each
 * takes a slot in LMDB's table of readers.
 */
const maxRunning = 4;

export class ColdReads {
  readonly #entities: Pick<Database<Buffer, Buffer>, 'prefetch'>;
  readonly #faults: () => number;
  readonly #maxQueued: number;
  /** Since the last look. The first read takes a look, for the faults of the opening. */
  #reads = readsPerLook - 1;
  #lastFaults: number;
  #cold = false;
  #running = 0;
  #count = 0;
  #waiting: { readonly key: Buffer; resolve(): void }[] = [];

  /**
   * @param faults how many major faults there were so far
   * @param faultsBefore how many there were when the opening of the store began
   */
  constructor(
    entities: Pick<Database<Buffer, Buffer>, 'prefetch'>,
    faults: () => number,
    faultsBefore: number,
    { maxQueuedReads }: Pick<Limits, 'maxQueuedReads'>,
  ) {
    this.#entities = entities;
    this.#faults = faults;
    this.#lastFaults = faultsBefore;
    this.#maxQueued = maxQueuedReads;
  }

  /** Prefetches so far. */
  get count(): number {
    return this.#count;
  }

  /** Those that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Called before each read: whether it is likely to wait for the disk. */
  isCold(): boolean {
    this.#reads++;
    if (this.#reads >= readsPerLook) {
      const faults = this.#faults();
      const met = faults - this.#lastFaults;
      this.#cold = this.#cold ? met > 0 : met >= coldFaultsPerRead * this.#reads;
      this.#lastFaults = faults;
      this.#reads = 0;
    }
    return this.#cold;
  }

  /**
   * Resolves when the pages of a key, if it exists, are in memory, or could not be loaded.
   * @throws StoreError `overloaded`: too many wait already
   */
  async prefetch(key: Buffer): Promise<void> {
    if (this.#waiting.length >= this.#maxQueued)
      throw new StoreError(
        'overloaded',
        'too many reads wait for the disk already; try again later',
      );
    return new Promise((resolve) => {
      this.#waiting.push({ key, resolve });
      this.#start();
    });
  }

  /** Like prefetch() of each, one after the other, so that they never fill the queue. */
  async prefetchAll(keys: readonly Uint8Array[]): Promise<void> {
    for (const key of keys) {
      const kept = Buffer.from(key);
      await new Promise<void>((resolve) => {
        this.#waiting.push({ key: kept, resolve });
        this.#start();
      });
    }
  }

  /**
   * Releases all that wait, without a lookup. lmdb itself waits for those under way before it
   * closes.
   */
  close(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve();
  }

  #start(): void {
    if (this.#running === maxRunning) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running++;
    this.#count++;
    const done = () => {
      this.#running--;
      next.resolve();
      this.#start();
    };
    try {
      // With a callback, prefetch returns no promise.
      void this.#entities.prefetch([next.key], done);
    } catch {
      // The read itself meets the same error, and reports it.
      done();
    }
  }
}
