/**
 * Linux lets a sleeper oversleep by 50 µs so that wake-ups can be bundled. A thread inherits its
 * slack from its creator, so the main thread lowers its own to 1 µs while it starts the generator's
 * threads. Where /proc can't be written, the generator's lag is larger, and the report says so.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Runs a function; threads created by it sleep precisely. Throws only what the function throws. */
export function withPreciseSleep<T>(start: () => T, file = '/proc/self/timerslack_ns'): T {
  const before = replace(file, '1000');
  try {
    return start();
  } finally {
    if (before !== undefined) replace(file, before);
  }
}

/** @returns the earlier text; undefined if the file is absent or may not be written */
function replace(file: string, text: string): string | undefined {
  try {
    const before = readFileSync(file, 'utf8').trim();
    writeFileSync(file, text);
    return before;
  } catch {
    return undefined;
  }
}
