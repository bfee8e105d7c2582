/**
 * Pages of the data file for the records of the journal. They are reserved before the frame is
 * written. So a full disk is met by the write that it concerns, and never by a checkpoint of what
 * was acknowledged.
 */
import type { Awaitable } from '../../store.js';
import type { CheckpointClient } from '../checkpoint/checkpoint-client.js';
import { PageCount, type Pages, remainder } from '../file/page-count.js';
import type { Entries } from './entry.js';
import { saysFull } from './errors.js';
import type { Frame } from './frame.js';
import type { RecoveredSegment } from './recovery.js';

/** So many are asked for at once, and before the last ones are used, so that few frames wait. */
const stepPages = 256;

export class PageReserve {
  readonly #thread: CheckpointClient;
  /** Reserved, and not used by a frame. */
  readonly #spare = new PageCount();
  #asking: Promise<void> | undefined;

  constructor(thread: CheckpointClient) {
    this.#thread = thread;
  }

  /**
   * Makes sure that so many are there.
   * @throws StoreError `full`, `failed`
   */
  ensure(pages: Pages): Awaitable<void> {
    if (!this.#spare.has(pages)) return this.#reserve(pages);
    // On a full disk the frame that needs them is told.
    if (this.#isLow(pages)) this.#ask(stepOf(pages)).catch(() => {});
  }

  /** Pages that a frame has used. */
  use(pages: Pages): void {
    this.#spare.subtract(pages);
  }

  /** Reserves pages for what a server without a clean close left, as far as the disk allows. */
  async resume(segments: readonly RecoveredSegment[]): Promise<void> {
    for (const { segment, frames } of segments) {
      addPagesOf(segment.reservedPages, segment.entries, frames);
      await this.#thread.reserve({ ...segment.reservedPages }).catch(unlessFull);
    }
  }

  /** Whether few are left of a kind that is used. */
  #isLow({ runs, singles }: Pages): boolean {
    if (this.#asking) return false;
    const least = stepPages / 2;
    return (runs > 0 && this.#spare.runs < least) || (singles > 0 && this.#spare.singles < least);
  }

  async #reserve(pages: Pages): Promise<void> {
    await this.#asking?.catch(() => {});
    while (!this.#spare.has(pages)) {
      const least = remainder(pages, this.#spare);
      const step = stepOf(least);
      try {
        await this.#ask(step);
      } catch (error) {
        if (!saysFull(error)) throw error;
        await this.#ask(least);
      }
    }
  }

  async #ask(pages: Pages): Promise<void> {
    const asking = this.#thread.reserve(pages);
    this.#asking = asking;
    try {
      await asking;
      this.#spare.add(pages);
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }
}

function stepOf({ runs, singles }: Pages): Pages {
  return {
    runs: runs > 0 ? Math.max(runs, stepPages) : 0,
    singles: singles > 0 ? Math.max(singles, stepPages) : 0,
  };
}

/** Counts the pages that the records of frames may need. */
function addPagesOf(pages: PageCount, entries: Entries, frames: readonly Frame[]): void {
  for (const { start, end } of frames)
    for (let place = start; place < end; place = entries.next(place)) {
      const record = entries.record(place);
      if (record === undefined) continue;
      const valueBytes = entries.slotOf(place)?.bytes ?? 0;
      pages.addRecord(entries.keyLength(place) + record.length + valueBytes);
    }
}

function unlessFull(error: unknown): unknown {
  if (saysFull(error)) return error;
  throw error;
}
