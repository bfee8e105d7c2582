/** Writes that wait for their frame, and how they end. */
import { type DeleteResult, type Result, StoreError } from '../../store.js';
import { PageCount } from '../file/page-count.js';
import type { StoredValues } from './large-values.js';
import { maxFrameBytes, maxFrameWrites, mustLook, type Write, writeBytes } from './write.js';

/** One write, or a group of them. */
export type Queued = SingleWrite | Group;

interface Item {
  /** Size of its entries. */
  readonly bytes: number;
  readonly stored: StoredValues | undefined;
  reject(error: unknown): void;
}

export interface SingleWrite extends Item {
  readonly write: Write;
  readonly writes?: undefined;
  resolve(result: Result): void;
}

/** Writes that go into one frame, and have one promise. */
export interface Group extends Item {
  readonly writes: readonly Write[];
  /** One whose condition does not hold is left out. Otherwise none is stored then. */
  readonly leavesOut: boolean;
  resolve(results: readonly Result[]): void;
}

export function countOf({ writes }: Queued): number {
  return writes?.length ?? 1;
}

const found: DeleteResult = { existed: true };
const notFound: DeleteResult = { existed: false };

/** @param version of a put */
export function resultOf(write: Write, version: number, wasPresent: boolean): Result {
  if (write.value !== undefined) return { version };
  return wasPresent ? found : notFound;
}

export function conditionFailure(index?: number): StoreError {
  return new StoreError(
    'condition-failed',
    'the condition does not hold for what is stored; nothing was changed. Read it, then decide',
    index === undefined ? {} : { index },
  );
}

/** Takes writes for a frame from the queue. One at least, and no more than the bounds allow. */
export function takeFrame(queue: Queued[]): readonly Queued[] {
  let bytes = 0;
  let writes = 0;
  let count = 0;
  for (; count < queue.length; count++) {
    const item = queue[count] as Queued;
    bytes += item.stored ? 0 : item.bytes;
    writes += countOf(item);
    if (count > 0 && (bytes > maxFrameBytes || writes > maxFrameWrites)) break;
  }
  return queue.splice(0, count);
}

/** Bytes of the entries of the items. */
export function entryBytesOf(items: readonly Queued[]): number {
  let bytes = 0;
  for (const item of items) {
    if (item.stored === undefined) bytes += item.bytes;
    else for (const write of item.writes ?? [item.write]) bytes += writeBytes(write, true);
  }
  return bytes;
}

/** Pages of the data file that the records of the items may need. */
export function pagesOf(items: readonly Queued[]): PageCount {
  const pages = new PageCount();
  for (const item of items)
    if (item.writes) {
      for (const write of item.writes) if (write.value) pages.addRecord(writeBytes(write));
    } else if (item.write.value) pages.addRecord(item.bytes);
  return pages;
}

/** The keys of writes that depend on what is stored. */
export function keysToLookUp(items: readonly Queued[]): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (const item of items)
    if (item.writes) {
      for (const write of item.writes) if (mustLook(write)) keys.push(write.key);
    } else if (mustLook(item.write)) keys.push(item.write.key);
  return keys;
}

export function isDeletion(item: Queued): boolean {
  if (item.writes) return item.writes.every(({ value }) => value === undefined);
  return item.write.value === undefined;
}
