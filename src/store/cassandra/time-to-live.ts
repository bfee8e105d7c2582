/**
 * Cassandra drops a cell by whole seconds of its nodes' clocks. The record says the exact time, so
 * a cell outlives it a little: readers of records see the exact end.
 */

/** One because seconds are cut, and one for clocks that differ. */
const slackSeconds = 2;
/** While so much is left of a cell, its record need not be asked whether it has expired. */
export const surelyAliveSeconds = 2 * slackSeconds;
/** A chunk outlives its manifest. */
const chunkSlackSeconds = 600;

/** With a default of Cassandra 5, no cell expires after 2038-01-19T03:14:06Z. */
export const maxExpiresMs = Date.UTC(2038, 0, 19, 3);

/** The TTL of a cell; 0: it stays. */
export function cellTtl(ttlMs: number | undefined): number {
  return ttlMs === undefined ? 0 : Math.ceil(ttlMs / 1000) + slackSeconds;
}

export function chunkTtl(ttlMs: number | undefined): number {
  return ttlMs === undefined ? 0 : cellTtl(ttlMs) + chunkSlackSeconds;
}
