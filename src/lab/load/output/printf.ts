/** Numbers as C's printf writes them, for programs that read wrk2's reports. */

/** `%.*f`: unlike toFixed, a number exactly half-way goes to the even digit. */
export function fixed(value: number, digits: number): string {
  const halves = value * 2 ** (digits + 1);
  // Only multiples of a power of two lie half-way, and for these this arithmetic is exact.
  if (!Number.isInteger(halves) || halves % 2 === 0) return value.toFixed(digits);
  const below = Math.floor(value * 10 ** digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

/** `%*.*f` */
export function fixedIn(width: number, value: number, digits: number): string {
  return fixed(value, digits).padStart(width);
}
