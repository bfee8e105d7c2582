/** Builds the recorder, and reads its records. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The file that an entry is about; empty: the directory. */
interface OfFile {
  readonly file: string;
}

export type Entry =
  /** A write that begins, at an offset. */
  | (OfFile & { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer })
  /** The last write of the file is on the disk: it went through an O_DSYNC descriptor. */
  | (OfFile & { readonly kind: 'durable' })
  /** The file gets another length. */
  | (OfFile & { readonly kind: 'truncate'; readonly length: number })
  /** A write, or a change of the length, failed. */
  | (OfFile & { readonly kind: 'failed' })
  | (OfFile & { readonly kind: 'sync' })
  /** The last sync of the file has ended well: all writes before that are on the disk. */
  | (OfFile & { readonly kind: 'synced' })
  /** The last sync of the file failed. */
  | (OfFile & { readonly kind: 'unsynced' })
  /** The name of a new file, and one that is gone. */
  | (OfFile & { readonly kind: 'create' | 'remove' })
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

const headBytes = 14;
const firstNames = ['', 'data.mdb', 'journal-0', 'journal-1'];

export function readRecords(log: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < log.length; ) {
    const end = at + headBytes + log.readUInt32LE(at + 2);
    entries.push(readRecord(log.subarray(at, end)));
    at = end;
  }
  return entries;
}

function readRecord(record: Buffer): Entry {
  const kind = String.fromCharCode(record[0] as number);
  const number = record[1] as number;
  const file = firstNames[number] ?? `journal-slot-${number - firstNames.length}`;
  const offset = Number(record.readBigUInt64LE(6));
  const bytes = record.subarray(headBytes);
  if (kind === 'W') return { kind: 'write', file, offset, bytes };
  if (kind === 'D') return { kind: 'durable', file };
  if (kind === 'T') return { kind: 'truncate', file, length: offset };
  if (kind === 'F') return { kind: 'failed', file };
  if (kind === 'S') return { kind: 'sync', file };
  if (kind === 'Y') return { kind: 'synced', file };
  if (kind === 'Z') return { kind: 'unsynced', file };
  if (kind === 'C') return { kind: 'create', file };
  if (kind === 'U') return { kind: 'remove', file };
  if (kind === 'M') return { kind: 'mark', text: bytes.toString() };
  throw new Error(`the record holds ${kind}`);
}
