/**
 * Removes keys a page at a time, each by an ordinary deletion. So they share commits with the
 * writes of others, which wait a little longer.
 *
 * The first pages are small and become larger slowly. V8 has not compiled the code yet, and the
 * data file may have to grow before a commit with so many changes: one large page would hold up
 * all other writes for both. A page that takes much longer than usual makes the next one smaller,
 * because the machine then has no time to spare. (After the limit `Gradient2` of Netflix's
 * concurrency-limits.)
 */
import { maxDeletionsPerPage } from '../../../config/limits.js';
import type { DeleteResult } from '../../store.js';

const minKeys = 16;
/** A page grows by one key, and by this share of it: sixteenfold in some hundred pages. */
const growth = 1 / 64;
/** The usual time is a mean, in which the last page has this weight. */
const weightOfLast = 1 / 64;
/** A page waits for one commit or two, so up to twice the usual time tells nothing. */
const tolerance = 2;
const maxShrinking = 0.5;

/** How many keys the next page has. */
export class DeletionPace {
  #keys = minKeys;
  #usualMs: number | undefined;

  get keys(): number {
    return Math.floor(this.#keys);
  }

  /** To be called after each page, with the time from its first deletion to the last one's end. */
  pageTook(ms: number): void {
    this.#usualMs ??= ms;
    const longest = tolerance * this.#usualMs;
    this.#usualMs += (ms - this.#usualMs) * weightOfLast;
    const next =
      ms > longest
        ? this.#keys * Math.max(longest / ms, maxShrinking)
        : this.#keys * (1 + growth) + 1;
    this.#keys = Math.max(minKeys, Math.min(next, maxDeletionsPerPage));
  }
}

/**
 * @param pagesOf keys; a page has at most as many as the function says when it is read
 * @param remove a key, durably
 * @returns how many keys had an entity
 */
export async function deletePages(
  pagesOf: (maxKeys: () => number) => AsyncIterable<readonly Uint8Array[]>,
  remove: (key: Uint8Array) => Promise<DeleteResult>,
): Promise<number> {
  const pace = new DeletionPace();
  let deleted = 0;
  for await (const keys of pagesOf(() => pace.keys)) {
    const beganMs = performance.now();
    const results = await Promise.all(keys.map(remove));
    pace.pageTook(performance.now() - beganMs);
    for (const { existed } of results) if (existed) deleted++;
  }
  return deleted;
}
