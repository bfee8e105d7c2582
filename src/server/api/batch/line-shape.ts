/**
 * Whether a line can be parsed in little time. JSON.parse takes hundreds of ms for a MiB of
 * brackets or of short members, and a millisecond for one long string. An operation has few
 * members, so it has few bytes outside of its strings.
 */

/** Lines up to this size, in bytes, are parsed in any case. */
const maxFreeBytes = 4 * 1024;
const maxOutsideBytes = 4 * 1024;

const quote = 0x22;
const backslash = 0x5c;

export function isQuicklyParsed(line: Buffer): boolean {
  if (line.length <= maxFreeBytes) return true;
  let outside = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === quote) at = endOfString(line, at + 1);
    else if (++outside > maxOutsideBytes) return false;
  }
  return true;
}

/** Where the closing quote is; the end of the line if there is none. */
function endOfString(line: Buffer, start: number): number {
  // Base64 has no escapes, so the first quote ends it.
  const first = line.indexOf(quote, start);
  if (first < 0) return line.length;
  if (line[first - 1] !== backslash) return first;
  for (let at = start; at < line.length; at++) {
    if (line[at] === quote) return at;
    if (line[at] === backslash) at++;
  }
  return line.length;
}
