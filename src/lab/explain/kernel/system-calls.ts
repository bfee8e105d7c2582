/**
 * System calls that wait for a disk, by their numbers: /proc/PID/task/TID/syscall says in which one
 * a thread is blocked. From Linux's tables of system calls, for the architectures Node runs on.
 */

export type Wait = 'sync' | 'fault';

/** A thread blocked outside a system call: in a page fault. */
const noCall = -1;

/**
 * Writing calls count as syncs, since they block for long only where each write waits for the disk.
 * Opening a file, or asking about it, reads what the kernel does not have in memory.
 */
const numbers: Readonly<Record<string, Readonly<Record<Wait, readonly number[]>>>> = {
  x64: {
    // fsync, fdatasync, msync, sync_file_range, syncfs, write, pwrite64, writev, pwritev, pwritev2
    sync: [74, 75, 26, 277, 306, 1, 18, 20, 296, 328],
    // read, pread64, readv, preadv, preadv2, openat, stat, fstat, newfstatat, statx, getdents64
    fault: [0, 17, 19, 295, 327, 257, 4, 5, 262, 332, 217],
  },
  arm64: {
    sync: [82, 83, 227, 84, 267, 64, 68, 66, 70, 287],
    fault: [63, 67, 65, 69, 286, 56, 79, 80, 291, 61],
  },
};

/** Calls whose only purpose is to wait for the disk. */
const pureSyncs: Readonly<Record<string, readonly number[]>> = {
  x64: [74, 75, 26, 277, 306],
  arm64: [82, 83, 227, 84, 267],
};

/** By the text of a thread's `syscall` file. @returns undefined if it does not wait for a disk */
export function waitOf(text: string, arch: string = process.arch): Wait | undefined {
  const number = numberIn(text);
  const { sync, fault } = numbers[arch] ?? { sync: [], fault: [] };
  if (number === undefined) return undefined;
  if (sync.includes(number)) return 'sync';
  return number === noCall || fault.includes(number) ? 'fault' : undefined;
}

/** Whether a thread is in a call that does nothing but wait for the disk. */
export function isSync(text: string, arch: string = process.arch): boolean {
  return pureSyncs[arch]?.includes(numberIn(text) ?? Number.NaN) ?? false;
}

/** Undefined while the thread runs. */
function numberIn(text: string): number | undefined {
  const [, digits] = /^(-?\d+) /.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
