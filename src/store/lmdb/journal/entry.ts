/**
 * The entries of a frame: what each write left under its key. Little-endian.
 *
 *     put        [1 u8][0 u8][key length u16][record length u32][key][record]
 *     delete     [2 u8][0 u8][key length u16][key]
 *     reference  [3 u8][0 u8][key length u16][head length u32][slot u32][offset u32]
 *                [value length u32][key][head]
 *
 * A reference is a put whose value lies in a slot (slots.ts), because it is large. The head is its
 * record without the value. The place of an entry is the offset at which it begins.
 */
import { readUint64, recordBytes, writeRecord } from '../../record.js';

const put = 1;
const remove = 2;
const reference = 3;
const deleteHeader = 4;
const putHeader = 8;
const referenceHeader = 20;

/** A value that was written to a slot. */
export interface SlotValue {
  readonly slot: number;
  readonly offset: number;
  readonly bytes: number;
  /** The CRC-32 of the value. */
  readonly crc: number;
}

export interface NewRecord {
  readonly value: readonly Uint8Array[];
  /** The value, if it is in a slot already. */
  readonly slotValue: SlotValue | undefined;
  readonly version: number;
  readonly expiresMs: number | undefined;
  readonly fields: Uint8Array | undefined;
}

export function deleteBytes(keyBytes: number): number {
  return deleteHeader + keyBytes;
}

/** @param valueBytes in the entry itself */
export function putBytes(
  keyBytes: number,
  valueBytes: number,
  expiresMs: number | undefined,
  fields: Uint8Array | undefined,
  inSlot: boolean,
): number {
  const header = inSlot ? referenceHeader : putHeader;
  return header + keyBytes + recordBytes(valueBytes, expiresMs, fields);
}

/** Writes the entry of a deletion. @returns the offset behind it */
export function writeDelete(target: Buffer, at: number, key: Uint8Array): number {
  writeHead(target, at, remove, key.length);
  target.set(key, at + deleteHeader);
  return at + deleteHeader + key.length;
}

/** Writes the entry of a put. @returns the offset behind it */
export function writePut(
  target: Buffer,
  at: number,
  key: Uint8Array,
  { value, slotValue, version, expiresMs, fields }: NewRecord,
): number {
  const keyAt = at + (slotValue ? referenceHeader : putHeader);
  const recordAt = keyAt + key.length;
  target.set(key, keyAt);
  const end = writeRecord(
    target,
    recordAt,
    key,
    slotValue ? [] : value,
    version,
    expiresMs,
    fields,
    slotValue,
  );
  writeHead(target, at, slotValue ? reference : put, key.length);
  target.writeUInt32LE(end - recordAt, at + 4);
  if (slotValue) {
    target.writeUInt32LE(slotValue.slot, at + 8);
    target.writeUInt32LE(slotValue.offset, at + 12);
    target.writeUInt32LE(slotValue.bytes, at + 16);
  }
  return end;
}

function writeHead(target: Buffer, at: number, kind: number, keyBytes: number): void {
  target[at] = kind;
  target[at + 1] = 0;
  target.writeUInt16LE(keyBytes, at + 2);
}

/** Reads the entries in a block of memory. */
export class Entries {
  readonly memory: Buffer;

  constructor(memory: Buffer) {
    this.memory = memory;
  }

  isDelete(place: number): boolean {
    return this.memory[place] === remove;
  }

  keyStart(place: number): number {
    const kind = this.memory[place];
    return place + (kind === put ? putHeader : kind === remove ? deleteHeader : referenceHeader);
  }

  keyLength(place: number): number {
    return (this.memory[place + 2] as number) | ((this.memory[place + 3] as number) << 8);
  }

  /** A view of the key. */
  key(place: number): Buffer {
    const start = this.keyStart(place);
    return this.memory.subarray(start, start + this.keyLength(place));
  }

  /** A view of the record; of a reference, of its head. Undefined: the key was deleted. */
  record(place: number): Buffer | undefined {
    if (this.isDelete(place)) return undefined;
    const start = this.keyStart(place) + this.keyLength(place);
    return this.memory.subarray(start, start + this.memory.readUInt32LE(place + 4));
  }

  /** The length of the record, with the value of a reference. 0: the key was deleted. */
  recordBytes(place: number): number {
    if (this.isDelete(place)) return 0;
    return this.memory.readUInt32LE(place + 4) + (this.slotOf(place)?.bytes ?? 0);
  }

  /** Where the value of a reference lies; undefined: the entry is not one. */
  slotOf(place: number): Omit<SlotValue, 'crc'> | undefined {
    if (this.memory[place] !== reference) return undefined;
    return {
      slot: this.memory.readUInt32LE(place + 8),
      offset: this.memory.readUInt32LE(place + 12),
      bytes: this.memory.readUInt32LE(place + 16),
    };
  }

  /** The place behind an entry. */
  next(place: number): number {
    const keyEnd = this.keyStart(place) + this.keyLength(place);
    return this.isDelete(place) ? keyEnd : keyEnd + this.memory.readUInt32LE(place + 4);
  }

  /** Whether the bytes from `start` to `end` are entries, as far as their lengths tell. */
  areWhole(start: number, end: number): boolean {
    let place = start;
    while (place < end) {
      const kind = this.memory[place];
      if (kind !== put && kind !== remove && kind !== reference) return false;
      if (this.keyStart(place) > end || this.next(place) > end) return false;
      place = this.next(place);
    }
    return place === end;
  }
}

/** The version in the head of a record. */
export function versionOf(record: Buffer): number {
  return readUint64(record, 1);
}
