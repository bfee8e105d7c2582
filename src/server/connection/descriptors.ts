/** How many connections the file descriptors of this process allow. */
import { readdirSync, readFileSync } from 'node:fs';

/** Kept for the store's files, the admin port, and connections that are only refused. */
const reservedDescriptors = 48;

/**
 * Past its limit, accept() fails. libuv then closes new connections without a word, to Node too.
 * @returns Infinity where /proc does not say
 */
export function freeDescriptors(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const [, max = ''] = /^Max open files +(\d+)/m.exec(limits) ?? [];
    const open = readdirSync('/proc/self/fd').length;
    return max === '' ? Number.POSITIVE_INFINITY : Number(max) - open - reservedDescriptors;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
