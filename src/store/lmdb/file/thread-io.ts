/**
 * Bytes that a thread has written to disks, as Linux counts them. The checkpoint thread alone
 * changes the data file, so its count is that of the pages of the data file. Other systems do not
 * tell.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** The number by which the system knows the calling thread; 0: it does not tell. */
export function systemThreadId(): number {
  try {
    return Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0] ?? 0);
  } catch {
    return 0;
  }
}

/** Bytes that a thread of this process has written so far; undefined: the system does not tell. */
export function writtenBytesOf(threadId: number): number | undefined {
  if (threadId === 0) return undefined;
  try {
    const counts = readFileSync(`/proc/self/task/${threadId}/io`, 'latin1');
    const [, bytes] = /^write_bytes: (\d+)$/m.exec(counts) ?? [];
    return bytes === undefined ? undefined : Number(bytes);
  } catch {
    return undefined;
  }
}
