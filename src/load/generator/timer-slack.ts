/**
 * Linux lets a sleeper oversleep by 50 µs so that wake-ups can be bundled. A thread inherits its slack from the one that
 * creates it, so the main thread takes its own down to 1 µs while it starts the generator's threads.
 * Elsewhere, and where /proc is not there, the generator's lag is just larger, and the report says how large.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = '/proc/self/timerslack_ns';

/** Runs a function; threads created by it sleep precisely. */
export function withPreciseSleep<T>(start: () => T): T {
  let before: string | undefined;
  try {
    before = readFileSync(file, 'utf8').trim();
    writeFileSync(file, '1000');
  } catch {
    // No such file, or no right to it.
  }
  try {
    return start();
  } finally {
    if (before !== undefined) writeFileSync(file, before);
  }
}
