/**
 * Removes the keys of a range, a page at a time. One deletion per bucket covers the keys of
 * the page: a thousand deletions side by side would slow down every range across them.
 */
import { bucketOf } from './bucket.js';
import type { Levels } from './levels.js';
import type { Requests } from './requests.js';
import type { Statements } from './statements.js';
import type { VersionClock } from './version-clock.js';

export interface DeletionParts {
  readonly requests: Requests;
  readonly statements: Statements;
  readonly levels: Levels;
  readonly versions: VersionClock;
  readonly buckets: number;
}

/** @param pages keys in ascending order. Returns how many there were. */
export async function deletePages(
  pages: AsyncIterable<readonly Buffer[]>,
  { requests, statements, levels, versions, buckets }: DeletionParts,
): Promise<number> {
  let deleted = 0;
  for await (const keys of pages) {
    const spans = new Map<number, { low: Buffer; high: Buffer }>();
    for (const key of keys) {
      const bucket = bucketOf(key, buckets);
      spans.set(bucket, { low: spans.get(bucket)?.low ?? key, high: key });
    }
    const version = BigInt(versions.next());
    const removals = [...spans].map(([bucket, { low, high }]) =>
      requests.write(statements.removeSpan, [version, bucket, low, high], levels.quorum),
    );
    await Promise.all(removals);
    deleted += keys.length;
  }
  return deleted;
}
