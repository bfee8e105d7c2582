/**
 * How fast a checkpoint goes: no faster than it has to, so that the disk and the CPUs are there for
 * the journal.
 */

/** It is done when the active segment is so full. The rest is a reserve against waiting. */
const doneAtFill = 0.7;
/** Under light load it takes so long, so that a quiet store soon has an empty journal. */
const relaxedMs = 4000;

/**
 * Whether the next slice is due.
 * @param done the share of the entries that LMDB has
 * @param fill the share of the active segment that is in use
 * @param elapsedMs since the checkpoint began
 */
export function isSliceDue(done: number, fill: number, elapsedMs: number): boolean {
  return done <= Math.max(fill / doneAtFill, elapsedMs / relaxedMs);
}

/** The time that a commit should take: what else waits for the disk then waits no longer. */
const targetMs = 1;
const minEntries = 16;
const maxEntries = 1024;
/** The bytes of records in a slice, unless it has a single one. */
export const maxSliceBytes = 2 * 1024 * 1024;
/** The weight of the last commit. */
const weight = 1 / 8;

/**
 * The size of a slice. LMDB writes the pages that its keys are on: one each for random keys, few
 * for neighbours. So the right number depends on the keys and on the disk, and is found by trying.
 */
export class SliceSize {
  #entries = minEntries;

  get entries(): number {
    return Math.floor(this.#entries);
  }

  /** To be called after each commit. */
  took(ms: number): void {
    const fitting = Math.min(maxEntries, (this.#entries * targetMs) / Math.max(ms, targetMs / 16));
    const next = this.#entries + (fitting - this.#entries) * weight;
    this.#entries = Math.max(minEntries, Math.min(next, maxEntries));
  }
}
