/** What the two sides of the crash check agree on. Each key has one writer, which numbers its writes from 1; every fifth removes the key. */
import type { JournalOptions } from './journal-writer.js';

export interface Life {
  readonly folder: string;
  /** The file in which a life notes what was acknowledged. */
  readonly notes: string;
  readonly keys: number;
  /** For each key, the number its next write has. */
  readonly next: readonly number[];
}

/** Segments so small that some dozen checkpoints fall into a life. */
export function journalOf(): JournalOptions {
  return { sync: 'o_dsync', segmentBytes: 256 * 1024, mostKeys: 1000 };
}

export function keyOf(key: number): Buffer {
  return Buffer.from(`key-${key}`);
}

export function removes(number: number): boolean {
  return number % 5 === 0;
}

/** Of many lengths, and the same from end to end, so that a torn one is seen. */
export function contentOf(key: number, number: number): Buffer {
  return Buffer.alloc((key * 131 + number * 17) % 1500, `${key}/${number};`);
}

/** Whether what a key holds is what its write of this number left. Write 0 is the beginning: nothing. */
export function isAfter(key: number, number: number, value: Uint8Array | undefined): boolean {
  if (number === 0 || removes(number)) return value === undefined;
  return value !== undefined && contentOf(key, number).equals(value);
}
