/** Brings large values into a slot, in slices of time, before their writes are queued. */
import { crc32 } from 'node:zlib';
import { pieceBytes } from '../../../config/limits.js';
import type { Allowance } from '../../store.js';
import type { SlotValue } from '../journal/entry.js';
import type { Slot, Slots } from '../journal/slots.js';
import { valueBytes, type Write } from './write.js';

/** The values of writes in a slot. */
export interface StoredValues {
  readonly slot: Slot;
  /** For each write; undefined: it is a deletion. */
  readonly values: readonly (SlotValue | undefined)[];
}

/**
 * Resolves when the values are on the disk. Rejects when the allowance does; the slot is free then.
 * @param allowance asked for slices of time; undefined: the copy is made at once
 */
export async function storeValues(
  writes: readonly Write[],
  slots: Slots,
  allowance: Allowance | undefined,
): Promise<StoredValues> {
  const slot = await slots.take(writes.reduce((sum, write) => sum + valueBytes(write), 0));
  try {
    const values = await copyInSlices(writes, slot, allowance);
    await slots.write(slot);
    return { slot, values };
  } catch (error) {
    slots.free(slot);
    throw error;
  }
}

async function copyInSlices(
  writes: readonly Write[],
  { number: slot, memory }: Slot,
  allowance: Allowance | undefined,
): Promise<(SlotValue | undefined)[]> {
  const values: (SlotValue | undefined)[] = [];
  let endMs = allowance ? 0 : Number.POSITIVE_INFINITY;
  let at = 0;
  for (const { value } of writes) {
    if (value === undefined) {
      values.push(undefined);
      continue;
    }
    const offset = at;
    let crc = 0;
    for (const chunk of value)
      for (let from = 0; from < chunk.length; from += pieceBytes) {
        if (allowance && performance.now() >= endMs)
          endMs = (await allowance.slice()) + performance.now();
        const piece = chunk.subarray(from, from + pieceBytes);
        memory.set(piece, at);
        crc = crc32(piece, crc);
        at += piece.length;
      }
    values.push({ slot, offset, bytes: at - offset, crc });
  }
  return values;
}
