/**
 * The format of a backup: one file, or one stream, of blocks. Integers are little-endian.
 *
 *     block    [magic u32][kind u8][0 u8 ×3][number u32][bytes u32][crc32 u32][payload …]
 *
 *     1 begin    [format u32][made at f64 ms][entities f64]
 *     2 entries  entry …; an entry is [key length u16][record length u32][key][record]
 *     3 end      [entities f64][bytes of the entries f64][version ceiling f64]
 *                [SHA-256 of all entries, in order]
 *     4 failure  why there is not more, as text
 *
 * Blocks are numbered from 0 on. The checksum covers the block without its magic and the checksum.
 * So a byte that changed anywhere is noticed, and the block with it is known. Entries are in order
 * of keys, each with its record as the store keeps it (record.ts), which has a checksum of its own.
 * The SHA-256 does not depend on how entries are put into blocks: a store that was made of a backup
 * has the same one.
 */
import { crc32 } from 'node:zlib';
import { maxKeyBytes, maxValueLimit } from '../../config/limits.js';
import { maxHeaderBytes } from '../record.js';

export const backupFormat = 1;
export const blockHeaderBytes = 20;
export const entryHeaderBytes = 6;
const digestBytes = 32;
export const beginBytes = 20;
const endNumbersBytes = 24;
export const endBytes = endNumbersBytes + digestBytes;
/** Entries share a block of at most so many bytes. A larger entry is a block by itself. */
export const sharedBlockBytes = 128 * 1024;
export const maxBlockBytes = entryHeaderBytes + maxKeyBytes + maxHeaderBytes + maxValueLimit;

const magic = 0x42_4a_4b_45;
export const kinds = { begin: 1, entries: 2, end: 3, failure: 4 } as const;
export type BlockKind = (typeof kinds)[keyof typeof kinds];
const knownKinds: ReadonlySet<number> = new Set(Object.values(kinds));

/** How a backup begins. */
export interface BackupBegin {
  /** Milliseconds since 1970. */
  readonly madeAtMs: number;
  readonly entities: number;
}

/** A key, and what a store keeps under it. */
export interface Entry {
  readonly key: Buffer;
  readonly record: Buffer;
}

/** Entries that stood in one block. */
export interface EntriesBlock {
  readonly entries: readonly Entry[];
  /** With their headers. */
  readonly bytes: number;
}

/** How it ends. */
export interface BackupEnd {
  readonly entities: number;
  /** The sum over all entries, with their headers. */
  readonly bytes: number;
  /** No record of the store has reached this version. */
  readonly versionCeiling: number;
  /** SHA-256 of all entries. */
  readonly digest: Buffer;
}

export interface BlockHeader {
  readonly kind: BlockKind;
  readonly number: number;
  readonly bytes: number;
  readonly crc: number;
}

/** The header of a block. @param pieces its payload */
export function blockHeader(
  kind: BlockKind,
  number: number,
  ...pieces: readonly Uint8Array[]
): Buffer {
  const header = Buffer.alloc(blockHeaderBytes);
  header.writeUInt32LE(magic, 0);
  header[4] = kind;
  header.writeUInt32LE(number, 8);
  header.writeUInt32LE(
    pieces.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  header.writeUInt32LE(crcOf(header, ...pieces), 16);
  return header;
}

/** Undefined: these bytes are not the header of a block. */
export function readBlockHeader(bytes: Buffer): BlockHeader | undefined {
  const kind = bytes[4] as number;
  const length = bytes.readUInt32LE(12);
  if (bytes.readUInt32LE(0) !== magic || !knownKinds.has(kind) || length > maxBlockBytes)
    return undefined;
  return {
    kind: kind as BlockKind,
    number: bytes.readUInt32LE(8),
    bytes: length,
    crc: bytes.readUInt32LE(16),
  };
}

/** The checksum of a block, by its header and payload. */
export function crcOf(header: Buffer, ...pieces: readonly Uint8Array[]): number {
  return pieces.reduce((crc, piece) => crc32(piece, crc), crc32(header.subarray(4, 16)));
}

export function encodeBegin({ madeAtMs, entities }: BackupBegin): Buffer {
  const bytes = Buffer.alloc(beginBytes);
  bytes.writeUInt32LE(backupFormat, 0);
  bytes.writeDoubleLE(madeAtMs, 4);
  bytes.writeDoubleLE(entities, 12);
  return bytes;
}

export function decodeBegin(bytes: Buffer): BackupBegin & { readonly format: number } {
  return {
    format: bytes.readUInt32LE(0),
    madeAtMs: bytes.readDoubleLE(4),
    entities: bytes.readDoubleLE(12),
  };
}

export function encodeEnd({ entities, bytes, versionCeiling, digest }: BackupEnd): Buffer {
  const numbers = Buffer.alloc(endNumbersBytes);
  numbers.writeDoubleLE(entities, 0);
  numbers.writeDoubleLE(bytes, 8);
  numbers.writeDoubleLE(versionCeiling, 16);
  return Buffer.concat([numbers, digest]);
}

export function decodeEnd(bytes: Buffer): BackupEnd {
  return {
    entities: bytes.readDoubleLE(0),
    bytes: bytes.readDoubleLE(8),
    versionCeiling: bytes.readDoubleLE(16),
    digest: Buffer.from(bytes.subarray(endNumbersBytes, endBytes)),
  };
}

/** Writes an entry without its record. @returns the offset behind it */
export function writeEntryHead(
  target: Buffer,
  at: number,
  key: Buffer,
  recordBytes: number,
): number {
  target.writeUInt16LE(key.length, at);
  target.writeUInt32LE(recordBytes, at + 2);
  target.set(key, at + entryHeaderBytes);
  return at + entryHeaderBytes + key.length;
}

/** Ends a stream that can't be whole: its reader is told why. */
export function failureBlock(number: number, why: string): Buffer {
  const text = Buffer.from(why);
  return Buffer.concat([blockHeader(kinds.failure, number, text), text]);
}
