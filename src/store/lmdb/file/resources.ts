/**
 * Resources without which lmdb ends the process with a segmentation fault when it opens the file:
 * descriptors and address space.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../../store.js';
import { mapBytes } from './environment.js';

/** LMDB's own, those of the threads, and some for the files that are looked at. */
const descriptors = 32;

/** @throws StoreError `unusable`; the system's EMFILE or ENFILE */
export function checkResources(dataFile: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < descriptors) opened.push(openSync(dirname(dataFile), 'r'));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
  const limit = addressSpaceLimit();
  if (limit < mapBytes)
    throw new StoreError(
      'unusable',
      `the address space of this process is limited to ${limit} bytes, and LMDB reserves ` +
        `${mapBytes}; remove the limit (ulimit -v)`,
    );
}

/** In bytes; Infinity where there is none, or no way to read it. */
function addressSpaceLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max address space +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
