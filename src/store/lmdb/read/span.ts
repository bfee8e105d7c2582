/** A part of the key space, as a range reads it. */
import { checkKey } from '../../checks.js';
import type { RangeOptions } from '../../store.js';

/** The part of a range that is still to be read. */
export interface Span {
  /** Included. */
  readonly low: Buffer;
  /** Excluded; undefined: the end of the store. */
  readonly high: Buffer | undefined;
  /** Reading goes on behind this key; undefined: it begins. */
  readonly after: Buffer | undefined;
  readonly isDescending: boolean;
}

/** @throws TypeError if a bound is not a key */
export function spanOf({ start, end, after, order }: RangeOptions): Span {
  for (const key of [start, end, after]) if (key !== undefined) checkKey(key);
  const [low, high, last] = [asBuffer(start), end && asBuffer(end), after && asBuffer(after)];
  const isDescending = order === 'desc';
  // One that the range has not come to yet leaves all of it to be read.
  const isAhead = isDescending
    ? last && high && last.compare(high) >= 0
    : last && last.compare(low) < 0;
  return { low, high, after: isAhead ? undefined : last, isDescending };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
