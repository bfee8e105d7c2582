/**
 * Reads whose pages are not in memory. LMDB reads its file through a memory map, where a page that the page cache lacks is a major fault:
 * the thread waits for the disk, and if that is the event loop's, so does every other request. So while reads meet such faults, a
 * key is looked up in one of libuv's threads first (lmdb's `prefetch`), which brings its pages in, and is read here after that.
 * (`prefetch` reads a byte of each page of a value; of a value in several pages it may leave out the last.)
 *
 * Nobody can be asked whether a page is in memory. But the kernel counts this process's major faults (getrusage(2)), so what the last
 * reads met tells what the next ones will. Reads that find all in memory cost a look at that count now and then; the detour
 * over another thread, some tens of µs, is made only where it saves more.
 */
import type { Database } from 'lmdb';
import type { Limits } from '../../../config/limits.js';
import { StoreError } from '../../store.js';

/** Reads between two looks at the count, which takes some µs. */
const readsALook = 16;
/** From here on reads are cold, until a look finds no fault at all: one holds the loop for about ten times as long as a detour does. */
const coldFaultsARead = 1 / 8;
/** Reads in other threads at a time: as many as libuv has by default, which also read files and resolve names. Each takes a slot in LMDB's table of readers. */
const maxRunning = 4;

export class ColdReads {
  readonly #entities: Pick<Database<Buffer, Buffer>, 'prefetch'>;
  readonly #faults: () => number;
  readonly #maxQueued: number;
  /** Since the last look; the first read takes one, for what the opening met. */
  #reads = readsALook - 1;
  #lastFaults: number;
  #cold = false;
  #running = 0;
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

  /** Asked before each read: whether it is likely to wait for the disk. */
  isCold(): boolean {
    this.#reads++;
    if (this.#reads >= readsALook) {
      const faults = this.#faults();
      const met = faults - this.#lastFaults;
      this.#cold = this.#cold ? met > 0 : met >= coldFaultsARead * this.#reads;
      this.#lastFaults = faults;
      this.#reads = 0;
    }
    return this.#cold;
  }

  /**
   * Resolves when the pages of a key, if it exists, are in memory, or were looked for in vain.
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

  /** Lets go of all that wait; nothing more is looked up for them. lmdb itself waits, before it closes, for what it was asked. */
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
    const done = () => {
      this.#running--;
      next.resolve();
      this.#start();
    };
    try {
      // With a callback there is no promise to wait for.
      void this.#entities.prefetch([next.key], done);
    } catch {
      // What hinders it the read itself will meet, and say.
      done();
    }
  }
}
