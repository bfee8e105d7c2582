/** How long a broken connection waits before it is opened again: not at all at first, then longer each time. */

const firstMs = 10;
const longestMs = 1_000;

/** @param failures how often in a row the connection broke without an answer */
export function backOffMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(firstMs * 2 ** (failures - 2), longestMs);
}
