/**
 * The value record: the bytes that the embedded store keeps under a key. Integers are big-endian.
 *
 *     [1 u8][version u64 µs][crc32 u32][value …]                          stays for good
 *     [2 u8][version u64 µs][expires u64 ms][crc32 u32][value …]          expires
 *     [3 u8][version u64 µs][expires u64 ms, 0: never][length u16][fields …][crc32 u32][value …]
 *
 * Format 3 is for records that keep fields (entity-fields.ts). The CRC-32 (zlib's) covers the key,
 * all that is before it and the value, so a flipped bit in any of them never passes as data. The
 * version rises with every write of the store, for ETags and conditional writes.
 */
import { crc32 } from 'node:zlib';
import { maxFieldsBytes } from '../config/limits.js';
import { decodeFields } from './entity-fields.js';
import { joinCrc } from './join-crc.js';
import { type Entity, StoreError } from './store.js';

const permanent = 1;
const expiring = 2;
const described = 3;
const crcBytes = 4;
const expiresAt = 1 + 8;
const permanentHeader = expiresAt + crcBytes;
const expiringHeader = permanentHeader + 8;
const lengthAt = expiresAt + 8;
const fieldsAt = lengthAt + 2;
/** Without the fields. */
const describedHeader = fieldsAt + crcBytes;
const two32 = 2 ** 32;
/** Longer inputs go to zlib: its speed pays for the call. */
const maxShortBytes = 60;

/**
 * The CRC-32 of each byte. Its own code, because short inputs are faster without a call of zlib:
 * docs/decisions/0010-short-crc.md.
 */
const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export interface RecordInfo {
  /** Microseconds since 1970; a safe integer. */
  readonly version: number;
  /** Milliseconds since 1970 at which the record becomes absent; undefined: never. */
  readonly expiresMs: number | undefined;
}

/** Size of the record of a value, in bytes. */
export function recordBytes(
  valueBytes: number,
  expiresMs: number | undefined,
  fields: Uint8Array | undefined,
): number {
  if (fields !== undefined) return describedHeader + fields.length + valueBytes;
  return (expiresMs === undefined ? permanentHeader : expiringHeader) + valueBytes;
}

export const minHeaderBytes = permanentHeader;
export const maxHeaderBytes = describedHeader + maxFieldsBytes;

/**
 * Writes the record of a value into `target` at `at`.
 * @param fields as entity-fields.ts encodes them
 * @param elsewhere the value, if its bytes are kept elsewhere: then only the head is written, and
 *   `value` is empty
 * @returns the offset just past it.
 */
export function writeRecord(
  target: Buffer,
  at: number,
  key: Uint8Array,
  value: readonly Uint8Array[],
  version: number,
  expiresMs: number | undefined,
  fields: Uint8Array | undefined,
  elsewhere?: { readonly bytes: number; readonly crc: number },
): number {
  target[at] = fields !== undefined ? described : expiresMs !== undefined ? expiring : permanent;
  let position = writeUint64(target, at + 1, version);
  if (expiresMs !== undefined || fields !== undefined)
    position = writeUint64(target, position, expiresMs ?? 0);
  if (fields !== undefined) {
    position = target.writeUInt16BE(fields.length, position);
    target.set(fields, position);
    position += fields.length;
  }
  let crc = crcOf(target, at, position, crcOf(key, 0, key.length, 0));
  const crcAt = position;
  position += crcBytes;
  for (const piece of value) {
    target.set(piece, position);
    crc = crc32(piece, crc);
    position += piece.length;
  }
  if (elsewhere) crc = joinCrc(crc, elsewhere.crc, elsewhere.bytes);
  target.writeUInt32BE(crc, crcAt);
  return position;
}

/**
 * The entity in a record, or undefined if it has expired by `now()`, in ms since 1970. The value is
 * a view of `record`.
 * @param reused the memory of the record is used again: the value must be a copy
 * @throws StoreError `damaged` if the record is cut short, has an unknown format or fails its
 *   checksum
 */
export function readRecord(
  key: Uint8Array,
  record: Buffer,
  now: () => number,
  reused = false,
): Entity | undefined {
  const header = headerBytes(record);
  const expiresMs = readExpiry(record);
  const value = reused ? copyFrom(record, header) : record.subarray(header);
  const crcAt = header - crcBytes;
  const crc = crc32(value, crcOf(record, 0, crcAt, crcOf(key, 0, key.length, 0)));
  if (crc !== record.readUInt32BE(crcAt)) throw damaged('fails its checksum');
  if (expiresMs !== undefined && expiresMs <= now()) return undefined;
  const fields = record[0] === described ? decodeFields(record, fieldsAt, crcAt) : undefined;
  return { key, value, version: readUint64(record, 1), expiresMs, fields };
}

/**
 * The entity of a value that is kept elsewhere, and was checked there; undefined if it has expired.
 * @param head its record without the value; the memory is used again
 */
export function readHead(
  key: Uint8Array,
  head: Buffer,
  value: Uint8Array,
  now: () => number,
): Entity | undefined {
  const expiresMs = readExpiry(head);
  if (expiresMs !== undefined && expiresMs <= now()) return undefined;
  const crcAt = headerBytes(head) - crcBytes;
  const fields = head[0] === described ? decodeFields(head, fieldsAt, crcAt) : undefined;
  return { key, value, version: readUint64(head, 1), expiresMs, fields };
}

/**
 * A copy of the bytes from `start` on. lmdb's buffer is longer than it says, so no view of it is
 * made.
 */
function copyFrom(record: Buffer, start: number): Buffer {
  const copy = Buffer.allocUnsafe(record.length - start);
  record.copy(copy, 0, start, record.length);
  return copy;
}

/** The CRC-32 of `bytes[start, end)`, continued from `before`. */
function crcOf(bytes: Uint8Array, start: number, end: number, before: number): number {
  if (end - start > maxShortBytes) return crc32(bytes.subarray(start, end), before);
  let crc = ~before;
  for (let at = start; at < end; at++)
    crc = (crcTable[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * Version and expiry of a record. The checksum is not checked: for bookkeeping only.
 * @throws StoreError `damaged` if the record is cut short or has an unknown format
 */
export function readInfo(record: Buffer): RecordInfo {
  headerBytes(record);
  return { version: readUint64(record, 1), expiresMs: readExpiry(record) };
}

/** Where the encoded fields of a record are, if it has any. */
export const fieldsStart = fieldsAt;

/** Where they end; {@link fieldsStart} if there are none. For a record that was read. */
export function fieldsEnd(record: Buffer): number {
  return record[0] === described ? fieldsAt + record.readUInt16BE(lengthAt) : fieldsAt;
}

/** Whether an older release, which reads formats 1 and 2, would take the record for damaged. */
export function isDescribed(record: Uint8Array): boolean {
  return record[0] === described;
}

/**
 * Where the value begins.
 * @throws StoreError `damaged` if the record is cut short or has an unknown format
 */
export function headerBytes(record: Buffer): number {
  const format = record[0];
  if (format !== permanent && format !== expiring && format !== described)
    throw damaged(`has the unknown format ${format}`);
  let header = permanentHeader;
  if (format === expiring) header = expiringHeader;
  else if (format === described)
    header =
      record.length < describedHeader
        ? describedHeader
        : describedHeader + record.readUInt16BE(lengthAt);
  if (record.length < header) throw damaged('is cut short');
  return header;
}

function readExpiry(record: Buffer): number | undefined {
  if (record[0] === permanent) return undefined;
  const expiresMs = readUint64(record, expiresAt);
  return record[0] === described && expiresMs === 0 ? undefined : expiresMs;
}

/**
 * Writes a safe integer as u64, big-endian: byte order is number order. Returns the offset past it.
 */
export function writeUint64(target: Buffer, at: number, value: number): number {
  target.writeUInt32BE(Math.floor(value / two32), at);
  return target.writeUInt32BE(value % two32, at + 4);
}

/** Reads a u64. One beyond 2⁵³ is rounded; only a damaged record holds one. */
export function readUint64(source: Buffer, at: number): number {
  return source.readUInt32BE(at) * two32 + source.readUInt32BE(at + 4);
}

function damaged(what: string): StoreError {
  return new StoreError(
    'damaged',
    `the stored record ${what}: its bytes changed on disk. ` +
      'PUT or DELETE the key to replace it, and check the disk',
  );
}
