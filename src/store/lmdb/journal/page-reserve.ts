/**
 * Pages of the data file for the records of the journal that have pages of their own. They are
 * reserved before the frame is written, so a full disk is met by the write that it concerns, and
 * never by a checkpoint of what was acknowledged.
 */

import type { Awaitable } from '../../store.js';
import type { CheckpointClient } from '../checkpoint/checkpoint-client.js';
import { ownPages } from '../file/preallocation.js';
import type { Entries } from './entry.js';
import { saysFull } from './errors.js';
import type { Frame } from './frame.js';
import type { RecoveredSegment } from './recovery.js';

/** So many are asked for at once, so that few frames wait. */
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
  async resume(segments: readonly RecoveredSegment[]): Promise<void> {
    for (const { segment, frames } of segments) {
      segment.reservedPages = pagesOf(segment.entries, frames);
      await this.#thread.reserve(segment.reservedPages).catch(unlessFull);
    }
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

/** Pages that the records of frames need of their own. */
function pagesOf(entries: Entries, frames: readonly Frame[]): number {
  let pages = 0;
  for (const { start, end } of frames)
    for (let place = start; place < end; place = entries.next(place)) {
      const valueBytes = entries.slotOf(place)?.bytes ?? 0;
      pages += ownPages((entries.record(place)?.length ?? 0) + valueBytes);
    }
  return pages;
}

function unlessFull(error: unknown): unknown {
  if (saysFull(error)) return error;
  throw error;
}
