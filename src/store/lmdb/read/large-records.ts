/**
 * Keeps large records off the event loop: finding one takes some µs there, however long it is. lmdb
 * copies a record when it is looked up, unless it is longer than lmdb's buffer. So that buffer is
 * kept short, and nothing is done for a record that it can't hold. Ranges get copies in
 * node:buffer's pool: lmdb would give each key and record memory of its own.
 *
 * These are internals of lmdb. Where they are not as expected, a large record is copied once more,
 * and all else works as before.
 */
import type { Database } from 'lmdb';
import { pieceBytes } from '../../../config/limits.js';
import { headerBytes, maxHeaderBytes, minHeaderBytes } from '../../record.js';

/** A view of more bytes costs less than a loop over them. */
const maxShortBytes = 48;
/** Stands for a record that is too long to be looked at. */
const tooLong = Buffer.alloc(0);

interface Internals {
  /** Called for a record that the buffer can't hold. Returns the record. */
  _returnLargeBuffer?: (copy: () => void) => Buffer;
  /** Makes a buffer of twice the bytes. */
  _allocateGetBuffer?: (bytes: number) => Buffer;
  encoding: string;
  /** Gets lmdb's buffer, or a part of the memory map, where getRange yields a value. */
  decoder?: { decode(bytes: Buffer, length: number): Buffer };
  decoderCopies: boolean;
  /** Makes the key that getRange yields, from bytes that are used again. */
  readKey(bytes: Buffer, start: number, end: number): Buffer;
  /** The size of the record looked up last, in bytes. */
  lastSize: number;
}

function internalsOf(entities: Database<Buffer, Buffer>): Internals {
  return entities as unknown as Internals;
}

/** To be called once. From then on {@link isLarge} tells which records have no bytes. */
export function leaveOutLargeRecords(entities: Database<Buffer, Buffer>): void {
  const internals = internalsOf(entities);
  if (!internals._returnLargeBuffer || !internals._allocateGetBuffer) return;
  internals._allocateGetBuffer(pieceBytes);
  internals._returnLargeBuffer = () => tooLong;
  internals.encoding = 'record';
  internals.decoderCopies = true;
  internals.readKey = pooledCopy;
  internals.decoder = {
    decode: (bytes, length) =>
      length > maxHeaderBytes + pieceBytes ? tooLong : pooledCopy(bytes, 0, length),
  };
}

/**
 * Ranges give views of memory that lmdb uses again, for a reader that keeps neither key nor record
 * beyond the next one. To be called once.
 */
export function giveViews(entities: Database<Buffer, Buffer>): void {
  const internals = internalsOf(entities);
  const view = (bytes: Uint8Array, start: number, end: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  internals.encoding = 'record';
  internals.decoderCopies = true;
  internals.readKey = view;
  internals.decoder = { decode: (bytes, length) => view(bytes, 0, length) };
}

/**
 * Whether the value of a record is larger than `pieceBytes`.
 * @throws StoreError `damaged` if it has an unknown format
 */
export function isLarge(record: Buffer): boolean {
  return (
    isLeftOut(record) ||
    (record.length > pieceBytes && record.length - headerBytes(record) > pieceBytes)
  );
}

/** Whether the bytes stand for a record that was too long to be copied. */
export function isLeftOut(record: Buffer): boolean {
  return record === tooLong;
}

/** Stands for a record that is not copied. */
export const leftOut: Buffer = tooLong;

/** A bound on the value of the large record that getBinaryFast found last, in bytes. */
export function lastValueBytes(entities: Database<Buffer, Buffer>): number {
  return internalsOf(entities).lastSize - minHeaderBytes;
}

function pooledCopy(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  if (end - start <= maxShortBytes) {
    for (let at = start; at < end; at++) copy[at - start] = bytes[at] as number;
    return copy;
  }
  // lmdb's buffer is longer than it says, which Buffer.copy does not expect.
  copy.set(Uint8Array.prototype.subarray.call(bytes, start, end));
  return copy;
}
