/** Builds the recorder, and reads its records. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

export type Entry =
  /** A write that the system took, at an offset. */
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
  /** The write before it is on the disk: it went through an O_DSYNC descriptor. */
  | { readonly kind: 'durable' }
  | { readonly kind: 'sync' }
  /** The sync before it has ended well: all writes before that are on the disk. */
  | { readonly kind: 'synced' }
  /** The call before it failed. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'mark'; readonly text: string };

/**
 * Compiles the recorder.
 * @returns the path of the library, for LD_PRELOAD
 * @throws Error that says what is missing
 */
export function buildRecorder(source: string, directory: string): string {
  if (process.platform !== 'linux')
    throw new Error(`the recorder needs Linux and LD_PRELOAD; this is ${process.platform}`);
  if (spawnSync('sh', ['-c', 'command -v cc']).status !== 0)
    throw new Error('the recorder needs a C compiler as cc: apt-get install gcc libc6-dev');
  const library = join(directory, 'recorder.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread']);
  return library;
}

const headBytes = 13;

export function readRecords(log: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < log.length; ) {
    const kind = String.fromCharCode(log[at] as number);
    const end = at + headBytes + log.readUInt32LE(at + 1);
    const offset = Number(log.readBigUInt64LE(at + 5));
    const bytes = log.subarray(at + headBytes, end);
    if (kind === 'W') entries.push({ kind: 'write', offset, bytes });
    else if (kind === 'S') entries.push({ kind: 'sync' });
    else if (kind === 'F') entries.push({ kind: 'failed' });
    else if (kind === 'M') entries.push({ kind: 'mark', text: bytes.toString() });
    else if (kind === 'D') entries.push({ kind: 'durable' });
    else if (kind === 'Y') entries.push({ kind: 'synced' });
    else throw new Error(`the record holds ${kind} at ${at}`);
    at = end;
  }
  return entries;
}
