/**
 * One page of a range. The cursor lives no longer than the call, so a slow reader pins no old
 * version of the data.
 *
 * Keys alone are read without their records, and so without a check of those. Only while an expired
 * entity waits for the sweeper, which the expiry index tells, each record is asked when it expires.
 * A large one is not: the index tells whether its key has expired.
 */
import type { RangeOptions as LmdbRange } from 'lmdb';
import type { Limits } from '../../../config/limits.js';
import { readInfo, readRecord, readUint64 } from '../../record.js';
import type { Entity } from '../../store.js';
import type { Environment } from '../file/environment.js';
import type { Memtable } from '../memtable/memtable.js';
import { isLarge, isLeftOut } from './large-records.js';
import { type Entry, merge } from './merge.js';
import type { Span } from './span.js';

/** A page ends with the first of these. At least one record is read, but it may have expired. */
export interface PageBounds extends Pick<Limits, 'rangePageEntities' | 'rangePageBytes'> {
  /** Entities that the range may still yield. */
  readonly limit: number;
  readonly maxMs: number;
}

export interface Page<Item> {
  readonly items: Item[];
  /** The key to go on after; undefined at the end of the range. */
  readonly last: Buffer | undefined;
  /** The page is empty, because the record of `last` is large: the caller has to read it. */
  readonly isLarge: boolean;
}

/** Where entries are read. */
export interface Source extends Environment {
  readonly memtable: Memtable;
}

/** @throws StoreError `damaged`; the error of LMDB */
export type PageReader<Item> = (
  source: Source,
  span: Span,
  bounds: PageBounds,
  nowMs: number,
) => Page<Item>;

/** A key takes less time and memory than an entity: so many count as one. */
const keysPerEntity = 8;
/** Keys that are read between two looks at the clock. */
const keysPerLook = 16;

export const readPage: PageReader<Entity> = (source, span, bounds, nowMs) => {
  const now = () => nowMs;
  return readRecords(source, span, bounds, isLarge, (key, record) => readRecord(key, record, now));
};

export const readKeyPage: PageReader<Buffer> = (source, span, bounds, nowMs) => {
  // The memtable has the records anyway.
  if (!source.memtable.isEmpty || hasExpired(source, nowMs))
    return readRecords(source, span, bounds, isLeftOut, (key, record) =>
      isExpired(record, nowMs) ? undefined : key,
    );
  const maxKeys = Math.min(bounds.limit, keysPerEntity * bounds.rangePageEntities);
  const endMs = performance.now() + bounds.maxMs;
  const items: Buffer[] = [];
  let bytes = 0;
  for (const key of source.entities.getKeys(lmdbRange(span))) {
    items.push(key);
    bytes += key.length;
    const isFull = items.length >= maxKeys || bytes >= bounds.rangePageBytes;
    if (isFull || (items.length % keysPerLook === 0 && performance.now() >= endMs))
      return { items, last: key, isLarge: false };
  }
  return { items, last: undefined, isLarge: false };
};

/**
 * @param isLarge whether the caller has to read the record
 * @param itemOf of an entity that may have expired, and then has none
 */
function readRecords<Item>(
  source: Source,
  span: Span,
  { rangePageEntities, rangePageBytes, limit, maxMs }: PageBounds,
  isLarge: (record: Buffer) => boolean,
  itemOf: (key: Buffer, record: Buffer) => Item | undefined,
): Page<Item> {
  const endMs = performance.now() + maxMs;
  const items: Item[] = [];
  let last: Buffer | undefined;
  let bytes = 0;
  let read = 0;
  for (const { key, value: record } of entriesOf(source, span)) {
    if (isLarge(record))
      return last ? { items, last, isLarge: false } : { items, last: key, isLarge: true };
    const item = itemOf(key, record);
    if (item) items.push(item);
    bytes += key.length + record.length;
    read++;
    last = key;
    const isFull = bytes >= rangePageBytes || read >= rangePageEntities || items.length >= limit;
    if (isFull || performance.now() >= endMs) return { items, last, isLarge: false };
  }
  return { items, last: undefined, isLarge: false };
}

/** A bound just above the last key of a span that is read upwards; the span's if it has no key. */
export function endOfKeys(source: Source, span: Span): Buffer | undefined {
  for (const { key } of entriesOf(source, { ...span, after: undefined, isDescending: true }))
    return Buffer.concat([key, Buffer.of(0)]);
  return span.high;
}

function entriesOf({ entities, memtable }: Source, span: Span): Iterable<Entry> {
  const stored = entities.getRange(lmdbRange(span));
  return memtable.isEmpty ? stored : merge(stored, memtable, span);
}

/** lmdb starts a descending range at its upper end. */
function lmdbRange({ low, high, after, isDescending }: Span): LmdbRange {
  const start = after ?? (isDescending ? high : low);
  if (isDescending)
    return {
      reverse: true,
      ...(start && { start, exclusiveStart: true }),
      end: low,
      inclusiveEnd: true,
    };
  return {
    ...(start && { start, exclusiveStart: after !== undefined }),
    ...(high && { end: high }),
  };
}

/** Whether an entity that has expired is still there. */
function hasExpired({ expiry }: Environment, nowMs: number): boolean {
  for (const entry of expiry.getKeys({ limit: 1 })) return readUint64(entry, 0) <= nowMs;
  return false;
}

/** A record that is damaged counts as there: a GET of it says so. */
function isExpired(record: Buffer, nowMs: number): boolean {
  try {
    const { expiresMs } = readInfo(record);
    return expiresMs !== undefined && expiresMs <= nowMs;
  } catch {
    return false;
  }
}
