/** A write on its way into the journal. */
import { pieceBytes } from '../../../config/limits.js';
import { deleteBytes, putBytes, type SlotValue, writeDelete, writePut } from '../journal/entry.js';
import type { WriteCondition } from './conditions.js';

/**
 * Bounds of one frame. Larger ones share a sync among more writes. Smaller ones keep the next frame
 * near. A group may be larger: see {@link isLarge}.
 */
export const maxFrameBytes = 512 * 1024;
export const maxFrameWrites = 512;

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

export interface Delete {
  readonly key: Uint8Array;
  readonly value: undefined;
  readonly condition?: WriteCondition | undefined;
}

export type Write = Put | Delete;

/** Bytes of the entry of a write. @param inSlot whether its value is in a slot */
export function writeBytes(write: Write, inSlot = false): number {
  const { key, value } = write;
  if (value === undefined) return deleteBytes(key.length);
  const bytes = inSlot ? 0 : valueBytes(write);
  return putBytes(key.length, bytes, write.expiresMs, write.fields, inSlot);
}

export function valueBytes({ value }: Write): number {
  let bytes = 0;
  if (value !== undefined) for (const piece of value) bytes += piece.length;
  return bytes;
}

/** Whether a write has to know what is stored. */
export function mustLook({ value, condition }: Write): boolean {
  return value === undefined || condition !== undefined;
}

/** Whether values of so many bytes, of one write or of a group, get a slot. */
export function isLarge(bytes: number): boolean {
  return bytes > pieceBytes;
}

/** Writes the entry. @returns the offset behind it */
export function writeEntry(
  target: Buffer,
  at: number,
  write: Write,
  version: number,
  slotValue: SlotValue | undefined,
): number {
  const { key } = write;
  if (write.value === undefined) return writeDelete(target, at, key);
  const { value, expiresMs, fields } = write;
  return writePut(target, at, key, { value, slotValue, version, expiresMs, fields });
}
