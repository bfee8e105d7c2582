/**
 * A batch of writes on its way to the writer thread: one block of memory, transferred without a
 * copy.
 *
 *     put     [1 u8][condition][key length u16][record length u32][key][record]
 *     delete  [2 u8][condition][key length u16][key]
 *
 * A value is copied once on its way to LMDB, from the chunks of the request to here. Large ones are
 * copied before their batch is made, in slices of time, and have a batch of their own.
 */
import { crc32 } from 'node:zlib';
import { pieceBytes } from '../../../config/limits.js';
import { readInfo, recordBytes, writeRecord } from '../../record.js';
import type { Allowance } from '../../store.js';
import {
  conditionBytes,
  readCondition,
  type WriteCondition,
  writeCondition,
} from './conditions.js';

/**
 * Bounds of one transaction. Larger ones share a sync among more writes. Smaller ones keep the next
 * commit near, and need less disk space before (preallocation.ts). A single write may be larger.
 */
export const maxBatchBytes = 4 * 1024 * 1024;
export const maxBatchWrites = 512;

const put = 1;
const remove = 2;
const deleteOverhead = 1 + 1 + 2;
const putOverhead = deleteOverhead + 4;

export interface Put {
  readonly key: Uint8Array;
  readonly value: readonly Uint8Array[];
  /** Milliseconds since 1970, or undefined: never. */
  readonly expiresMs: number | undefined;
  /** As entity-fields.ts encodes them. */
  readonly fields?: Uint8Array | undefined;
  /** Undefined: it gets the next one. */
  readonly version?: number | undefined;
  readonly condition?: WriteCondition | undefined;
}

/** The memory of a batch with the values in their places. */
export interface CopiedValues {
  readonly memory: ArrayBuffer;
  /** The CRC-32 of the value of each write. */
  readonly crcs: readonly number[];
}

export interface Delete {
  readonly key: Uint8Array;
  readonly value: undefined;
  readonly condition?: WriteCondition | undefined;
}

export type Write = Put | Delete;

/** One change of a batch, as the writer sees it. Key and record are views of the batch. */
export interface Step {
  readonly key: Buffer;
  /** Undefined: the key is removed. */
  readonly record: Buffer | undefined;
  readonly expiresMs: number | undefined;
  readonly condition: WriteCondition | undefined;
  /** Milliseconds since 1970 by which the stored entity may have expired. */
  readonly nowMs: number;
}

/** Bytes a write takes in a batch. */
export function writeBytes(write: Write): number {
  const bytes = write.key.length + conditionBytes(write.condition);
  if (write.value === undefined) return deleteOverhead + bytes;
  return putOverhead + bytes + putRecordBytes(write);
}

function putRecordBytes(write: Put): number {
  return recordBytes(totalBytes(write.value), write.expiresMs, write.fields);
}

/** Whether a value is worth slices of its own. */
export function isLargeWrite(write: Write): boolean {
  return write.value !== undefined && totalBytes(write.value) > pieceBytes;
}

/**
 * Copies the values of writes to where their batch will be. Rejects when the allowance does.
 * @param bytes the sum of their {@link writeBytes}
 */
export async function copyInSlices(
  writes: readonly Write[],
  bytes: number,
  allowance: Allowance,
): Promise<CopiedValues> {
  const memory = new ArrayBuffer(bytes);
  const target = Buffer.from(memory);
  const crcs: number[] = [];
  let endMs = 0;
  let end = 0;
  for (const write of writes) {
    end += writeBytes(write);
    let at = end - (write.value === undefined ? 0 : totalBytes(write.value));
    let crc = 0;
    for (const chunk of write.value ?? [])
      for (let from = 0; from < chunk.length; from += pieceBytes) {
        if (performance.now() >= endMs) endMs = (await allowance.slice()) + performance.now();
        const piece = chunk.subarray(from, from + pieceBytes);
        target.set(piece, at);
        crc = crc32(piece, crc);
        at += piece.length;
      }
    crcs.push(crc);
  }
  return { memory, crcs };
}

/**
 * Encodes the writes, in order, in a buffer of their own, or around the values copied already.
 * @param bytes the sum of their {@link writeBytes}
 * @param versionAt called once for each put, in order, with its index
 */
export function encodeBatch(
  writes: readonly Write[],
  bytes: number,
  versionAt: (index: number) => number,
  copied?: CopiedValues,
): ArrayBuffer {
  const memory = copied?.memory ?? new ArrayBuffer(bytes);
  const buffer = Buffer.from(memory);
  let at = 0;
  for (const [index, write] of writes.entries()) {
    const { key } = write;
    buffer[at] = write.value === undefined ? remove : put;
    at = writeCondition(buffer, at + 1, write.condition);
    at = buffer.writeUInt16LE(key.length, at);
    if (write.value === undefined) {
      buffer.set(key, at);
      at += key.length;
      continue;
    }
    const { value, expiresMs, fields } = write;
    const crc = copied?.crcs[index];
    at = buffer.writeUInt32LE(putRecordBytes(write), at);
    buffer.set(key, at);
    at += key.length;
    at = writeRecord(buffer, at, key, value, versionAt(index), expiresMs, fields, crc);
  }
  return memory;
}

/**
 * Appends the steps of a batch, in order, to `steps`.
 * @param nowMs the time by which stored entities may have expired, in ms since 1970
 */
export function decodeBatch(memory: ArrayBuffer, nowMs: number, steps: Step[] = []): Step[] {
  const buffer = Buffer.from(memory);
  let at = 0;
  while (at < buffer.length) {
    const isPut = buffer[at] === put;
    const condition = readCondition(buffer, at + 1);
    at += 1 + conditionBytes(condition) + 1;
    const keyLength = buffer.readUInt16LE(at);
    const recordLength = isPut ? buffer.readUInt32LE(at + 2) : 0;
    at += isPut ? 2 + 4 : 2;
    const key = buffer.subarray(at, at + keyLength);
    at += keyLength;
    const record = isPut ? buffer.subarray(at, at + recordLength) : undefined;
    at += recordLength;
    steps.push({ key, record, expiresMs: record && readInfo(record).expiresMs, condition, nowMs });
  }
  return steps;
}

function totalBytes(pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
