/**
 * Reads whose pages are not in memory. LMDB reads its file through a memory map, where a page that the page cache lacks is a major fault:
 * the thread waits for the disk, and if that is the event loop's, so does every other request. So while reads meet such faults, a
 * key is looked up in one of libuv's threads first (lmdb's `prefetch`), which brings its pages in, and is read here after that.
 *
 * Nobody can be asked whether a page is in memory. But the kernel counts this process's major faults (getrusage(2)), so what the last
 * reads met tells what the next ones will. Reads that find all in memory cost a look at that count now and then; the detour
 * over another thread, some tens of µs, is made only where it saves more.
 */
import type { Database } from 'lmdb';

/** Reads between two looks at the count, which takes some µs. */
const readsALook = 16;
/** A fault holds the loop for about ten times as long as a detour over another thread does. */
const coldFaultsARead = 1 / 8;
/** Reads in other threads at a time: as many as libuv has by default. Each takes a slot in LMDB's table of readers. */
const mostAtATime = 4;

export class ColdReads {
  readonly #entities: Pick<Database<Buffer, Buffer>, 'prefetch'>;
  readonly #faults: () => number;
  /** Since the last look; the first read takes one, for what the opening met. */
  #reads = readsALook - 1;
  #lastFaults: number;
  #cold = false;
  #running = 0;
  readonly #waiting: { readonly key: Buffer; resolve(): void }[] = [];

  /** @param faults how many major faults there were so far */
  constructor(entities: Pick<Database<Buffer, Buffer>, 'prefetch'>, faults: () => number) {
    this.#entities = entities;
    this.#faults = faults;
    this.#lastFaults = faults();
  }

  /** Asked before each read: whether it is likely to wait for the disk. */
  expected(): boolean {
    this.#reads++;
    if (this.#reads >= readsALook) {
      const faults = this.#faults();
      this.#cold = faults - this.#lastFaults >= coldFaultsARead * this.#reads;
      this.#lastFaults = faults;
      this.#reads = 0;
    }
    return this.#cold;
  }

  /**
   * Resolves when the pages of a key, if it exists, are in memory. How many may wait is for the callers to limit. LMDB's environment may be
   * closed meanwhile: lmdb waits for what it was asked, and what waits here is asked as soon as that is done.
   */
  bring(key: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ key, resolve });
      this.#start();
    });
  }

  #start(): void {
    if (this.#running === mostAtATime) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#running++;
    // With a callback there is no promise to wait for.
    void this.#entities.prefetch([next.key], () => {
      this.#running--;
      next.resolve();
      this.#start();
    });
  }
}
