/**
 * Pages of the data file for the records of the journal that have pages of their own. They are
 * reserved before the frame is written, so a full disk is met by the write that it concerns, and
 * never by a checkpoint of what was acknowledged.
 */

import { type Awaitable, StoreError } from '../../store.js';
import type { CheckpointClient } from '../checkpoint/checkpoint-client.js';

/** So many are asked for at once, so that few frames wait for the thread. */
const stepPages = 256;

export class PageReserve {
  readonly #thread: CheckpointClient;
  /** Reserved, and not used by a frame. */
  #sparePages = 0;

  constructor(thread: CheckpointClient) {
    this.#thread = thread;
  }

  /**
   * Makes sure that so many are there.
   * @throws StoreError `full`, `failed`
   */
  ensure(pages: number): Awaitable<void> {
    if (pages > this.#sparePages) return this.#reserve(pages - this.#sparePages);
  }

  /** Pages that a frame has used. */
  use(pages: number): void {
    this.#sparePages -= pages;
  }

  /** Reserves pages for what a server without a clean close left, as far as the disk allows. */
  async resume(pages: number): Promise<void> {
    await this.#thread.reserve(pages).catch(unlessFull);
  }

  async #reserve(pages: number): Promise<void> {
    for (const wanted of pages < stepPages ? [stepPages, pages] : [pages]) {
      const error = await this.#thread.reserve(wanted).then(() => undefined, unlessFull);
      if (!error) {
        this.#sparePages += wanted;
        return;
      }
      if (wanted === pages) throw error;
    }
  }
}

function unlessFull(error: unknown): StoreError {
  if (error instanceof StoreError && error.code === 'full') return error;
  throw error;
}
