/**
 * A batch of writes on its way to the writer thread: one block of memory, transferred without a
 * copy.
 *
 *     put     [1 u8][key length u16][record length u32][key][record]
 *     delete  [2 u8][key length u16][key]
 *
 * A value is copied once on its way to LMDB, from the chunks of the request to here. A large one is
 * copied before its batch is made, in slices of time, and has a batch of its own.
 */
import { crc32 } from 'node:zlib';
import { pieceBytes } from '../../../config/limits.js';
import { readFields, recordBytes, writeRecord } from '../../record.js';
import type { Allowance } from '../../store.js';

/**
 * Bounds of one transaction. Larger ones share a sync among more writes. Smaller ones keep the next
 * commit near, and need less disk space before (preallocation.ts). A single write may be larger.
 */
export const maxBatchBytes = 4 * 1024 * 1024;
export const maxBatchWrites = 512;

const put = 1;
const remove = 2;
const deleteOverhead = 1 + 2;
const putOverhead = deleteOverhead + 4;

export interface Put {
  readonly key: Uint8Array;
  readonly value: readonly Uint8Array[];
  /** Milliseconds since 1970, or undefined: never. */
  readonly expiresMs: number | undefined;
  /** The memory of its batch, with the value in its place, and the CRC-32 of the value. */
  readonly copied?: CopiedValue;
}

interface CopiedValue {
  readonly memory: ArrayBuffer;
  readonly crc: number;
}

export interface Delete {
  readonly key: Uint8Array;
  readonly value: undefined;
}

export type Write = Put | Delete;

/** One change of a batch, as the writer sees it. Key and record are views of the batch. */
export interface Step {
  readonly key: Buffer;
  /** Undefined: the key is removed. */
  readonly record: Buffer | undefined;
  readonly expiresMs: number | undefined;
}

/** Bytes a write takes in a batch. */
export function writeBytes(write: Write): number {
  if (write.value === undefined) return deleteOverhead + write.key.length;
  return (
    putOverhead +
    write.key.length +
    recordBytes(totalBytes(write.value), write.expiresMs !== undefined)
  );
}

/** Whether a value is worth slices of its own. */
export function isLargeWrite(write: Write): write is Put {
  return write.value !== undefined && totalBytes(write.value) > pieceBytes;
}

/** Copies a large value to where its batch will be. Rejects when the allowance does. */
export async function copyInSlices(write: Put, allowance: Allowance): Promise<Put> {
  const bytes = writeBytes(write);
  const memory = new ArrayBuffer(bytes);
  const target = Buffer.from(memory);
  let at = bytes - totalBytes(write.value);
  let crc = 0;
  let endMs = 0;
  for (const chunk of write.value)
    for (let from = 0; from < chunk.length; from += pieceBytes) {
      if (performance.now() >= endMs) endMs = (await allowance.slice()) + performance.now();
      const piece = chunk.subarray(from, from + pieceBytes);
      target.set(piece, at);
      crc = crc32(piece, crc);
      at += piece.length;
    }
  return { ...write, copied: { memory, crc } };
}

/**
 * Encodes the writes, in order, in a buffer of their own. One that was copied stands alone.
 * @param bytes the sum of their {@link writeBytes}
 * @param nextVersion called once for each put, in order
 */
export function encodeBatch(
  writes: readonly Write[],
  bytes: number,
  nextVersion: () => number,
): ArrayBuffer {
  const memory = copiedMemory(writes[0]) ?? new ArrayBuffer(bytes);
  const buffer = Buffer.from(memory);
  let at = 0;
  for (const write of writes) {
    const isPut = write.value !== undefined;
    buffer[at] = isPut ? put : remove;
    at = buffer.writeUInt16LE(write.key.length, at + 1);
    if (!isPut) {
      buffer.set(write.key, at);
      at += write.key.length;
      continue;
    }
    const { key, value, expiresMs, copied } = write;
    at = buffer.writeUInt32LE(recordBytes(totalBytes(value), expiresMs !== undefined), at);
    buffer.set(key, at);
    const fields = { version: nextVersion(), expiresMs };
    at = writeRecord(buffer, at + key.length, key, value, fields, copied?.crc);
  }
  return memory;
}

/** Appends the steps of a batch, in order, to `steps`. */
export function decodeBatch(memory: ArrayBuffer, steps: Step[] = []): Step[] {
  const buffer = Buffer.from(memory);
  let at = 0;
  while (at < buffer.length) {
    const isPut = buffer[at] === put;
    const keyLength = buffer.readUInt16LE(at + 1);
    const recordLength = isPut ? buffer.readUInt32LE(at + deleteOverhead) : 0;
    at += isPut ? putOverhead : deleteOverhead;
    const key = buffer.subarray(at, at + keyLength);
    at += keyLength;
    const record = isPut ? buffer.subarray(at, at + recordLength) : undefined;
    at += recordLength;
    steps.push({ key, record, expiresMs: record && readFields(record).expiresMs });
  }
  return steps;
}

function copiedMemory(write: Write | undefined): ArrayBuffer | undefined {
  return write?.value === undefined ? undefined : write.copied?.memory;
}

function totalBytes(pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
