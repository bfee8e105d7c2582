/** The raw entries of a batch (see src/store/embedded/batch.ts), to index, sort and copy them without taking them apart. */

const putOverhead = 1 + 2 + 4;
const deleteOverhead = 1 + 2;

export interface Entry {
  /** The key's bytes as Latin-1, so that order by string is order by byte. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** The entries between two offsets, in order. */
export function* entriesOf(memory: Buffer<ArrayBufferLike>, from: number, to: number): Generator<Entry> {
  for (let start = from; start < to; ) {
    const keyLength = memory.readUInt16LE(start + 1);
    const isPut = memory[start] === 1;
    const keyAt = start + (isPut ? putOverhead : deleteOverhead);
    const end = keyAt + keyLength + (isPut ? memory.readUInt32LE(start + deleteOverhead) : 0);
    yield { key: memory.toString('latin1', keyAt, keyAt + keyLength), start, end };
    start = end;
  }
}

/** A copy of the record of the entry at an offset; undefined: the entry removes its key. */
export function recordAt(memory: Buffer<ArrayBufferLike>, start: number): Buffer | undefined {
  if (memory[start] !== 1) return undefined;
  const recordAt = start + putOverhead + memory.readUInt16LE(start + 1);
  return Buffer.from(memory.subarray(recordAt, recordAt + memory.readUInt32LE(start + deleteOverhead)));
}

/** The newest entry of each key, in order of keys. */
export function newestSorted(entries: Iterable<Entry>): Entry[] {
  const newest = new Map<string, Entry>();
  for (const entry of entries) newest.set(entry.key, entry);
  return [...newest.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A batch of these entries. */
export function joinEntries(memory: Buffer<ArrayBufferLike>, entries: readonly Entry[]): ArrayBuffer {
  let bytes = 0;
  for (const { start, end } of entries) bytes += end - start;
  const batch = new ArrayBuffer(bytes);
  const target = new Uint8Array(batch);
  let at = 0;
  for (const { start, end } of entries) {
    target.set(memory.subarray(start, end), at);
    at += end - start;
  }
  return batch;
}
