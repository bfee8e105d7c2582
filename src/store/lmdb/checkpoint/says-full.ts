/** Which errors of a transaction mean that it did not fit on the disk. */

/**
 * Codes of a full disk that preallocation.ts did not foresee: MDB_MAP_FULL, ENOSPC, EDQUOT, EFBIG.
 */
const fullCodes: ReadonlySet<unknown> = new Set([-30792, 28, 122, 69, 27]);

/** @param error of LMDB, or StoreError `full` */
export function saysFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'full' || fullCodes.has(code);
}
