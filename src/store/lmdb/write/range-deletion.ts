/**
 * Removes keys a page at a time, each by an ordinary deletion. So they share commits with the
 * writes of others, which wait a little longer: a page has as many keys as add a quarter to the
 * time that a commit takes. That is few on a fast disk, and many on a slow one.
 */
import type { DeleteResult } from '../../store.js';

/** The time that the writer thread needs to remove a key, in ms. */
const msPerDeletion = 0.005;
const shareOfCommit = 0.25;
const minDeletions = 32;
const maxDeletions = 256;

/** Keys of the next page, after one whose commit took so long. */
export function deletionsPerPage(commitMs: number): number {
  const count = Math.floor((commitMs * shareOfCommit) / msPerDeletion);
  return Math.max(minDeletions, Math.min(count, maxDeletions));
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
  let deleted = 0;
  let maxKeys = minDeletions;
  for await (const keys of pagesOf(() => maxKeys)) {
    const beganMs = performance.now();
    const results = await Promise.all(keys.map(remove));
    maxKeys = deletionsPerPage(performance.now() - beganMs);
    deleted += results.filter(({ existed }) => existed).length;
  }
  return deleted;
}
