/** The cache keeps what was read last, or nothing, within its memory. The oldest goes first. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFields } from '#dist/store/entity-fields.js';
import { EntityCache, hashOf } from '#dist/store/lmdb/read/entity-cache.js';
import type { Entity, EntityFields } from '#dist/store/store.js';
import { bytes, numbered } from '../../suite/factory.js';

const KiB = 1024;

function entity(key: string, value: string | Uint8Array = `value of ${key}`, version = 1): Entity {
  return { key: bytes(key), value: Buffer.from(value), version };
}

/** A value that looks in every third place of the log like entries of an 8 byte long key. */
function looksLike(key: string, phase: number, times: number): string {
  const entry = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 8, 0, 4 << 5, 0]),
    Buffer.alloc(8),
    bytes(key),
  ]);
  return Buffer.concat(Array<Buffer>(times).fill(entry)).toString('latin1', phase * 8);
}

describe('what is read', () => {
  test('is found again: key, value and version', () => {
    const cache = new EntityCache(64 * KiB);
    const all = [
      entity('a'),
      entity('b', '', 2 ** 52 + 1),
      entity('\0', Buffer.alloc(1500, 0xff), 3),
    ];
    for (const each of all) cache.set(each);
    expect(all.map(({ key }) => cache.get(key))).toEqual(all);
  });

  test('is found with what is kept with it, if that is not much', () => {
    const cache = new EntityCache(64 * KiB);
    const encoded = (fields: EntityFields) => encodeFields(fields) as Buffer;
    const kept = [
      { contentType: 'text/plain' },
      { contentEncoding: 'gzip' },
      { contentType: 'text/plain', meta: { a: '', b: 'x'.repeat(200) } },
      { contentType: 'x'.repeat(1023) },
    ];
    for (const [i, fields] of kept.entries()) {
      // They are somewhere in a record.
      const record = Buffer.concat([bytes('head'), encoded(fields), bytes('tail')]);
      cache.set(entity(`key-${i}`), record, 4, record.length - 4);
    }
    cache.set(entity('none'));
    for (const [i, fields] of kept.entries())
      expect(cache.get(bytes(`key-${i}`))).toEqual({ ...entity(`key-${i}`), fields });
    expect(cache.get(bytes('none'))).toEqual(entity('none'));
    const long = encoded({ contentType: 'x'.repeat(1024) });
    cache.set(entity('long'), long, 0, long.length);
    expect(cache.get(bytes('long'))).toBeUndefined();
  });

  test('is not kept if it expires', () => {
    const cache = new EntityCache(64 * KiB);
    cache.set({ ...entity('a'), expiresMs: 1 });
    expect(cache.get(bytes('a'))).toBeUndefined();
  });

  test('is not found under another key: longer, shorter, or with the same hash', () => {
    const cache = new EntityCache(64 * KiB);
    const [one, other] = [entity('declinate'), entity('macallums')];
    expect(hashOf(one.key)).toBe(hashOf(other.key));
    cache.set(one);
    for (const key of ['declinat', 'declinatev', 'declinatf', 'macallums'])
      expect(cache.get(bytes(key))).toBeUndefined();
    cache.set(other);
    expect([cache.get(one.key), cache.get(other.key)]).toEqual([one, other]);
  });

  test('is not found under a longer key of the same hash, though its value fits that', () => {
    const cache = new EntityCache(64 * KiB);
    expect(hashOf(bytes('key'))).toBe(hashOf(bytes('keyhogn1s')));
    cache.set(entity('key', 'hogn1s and more'));
    expect(cache.get(bytes('keyhogn1s'))).toBeUndefined();
    cache.set(entity('keyhogn1s'));
    expect(cache.get(bytes('key'))).toEqual(entity('key', 'hogn1s and more'));
  });

  test('is found as a copy', () => {
    const cache = new EntityCache(4 * KiB);
    cache.set(entity('a', 'first'));
    const found = cache.get(bytes('a'));
    found?.value.fill(0);
    expect(cache.get(bytes('a'))).toEqual(entity('a', 'first'));
    const before = cache.get(bytes('a'));
    for (const key of numbered(500)) cache.set(entity(key));
    expect(before).toEqual(entity('a', 'first'));
  });
});

describe('the memory is bounded', () => {
  test('the oldest go first, and only for want of room', () => {
    const cache = new EntityCache(64 * KiB);
    const found = (keys: readonly string[]) => keys.filter((key) => cache.get(bytes(key)));
    // 128 bytes each, with their headers.
    const all = numbered(2000).map((key) => entity(key, 'v'.repeat(128 - 16 - key.length)));
    const keys = all.map(({ key }) => `${key}`);
    for (const each of all.slice(0, 400)) cache.set(each);
    expect(found(keys.slice(0, 400)).length).toBeGreaterThan(390);
    for (const each of all.slice(400)) cache.set(each);
    expect(found(keys.slice(0, 2000 - 512))).toEqual([]);
    // A bucket of the index that is full costs a few.
    expect(found(keys.slice(2000 - 512)).length).toBeGreaterThan(470);
  });

  test.each([0, 1, 2])(
    'one that no room was left for at the end of a lap is forgotten with the lap (%i)',
    (phase) => {
      const cache = new EntityCache(2048);
      for (const key of ['first...', 'left....', 'second..'])
        cache.set(entity(key, 'v'.repeat(1000)));
      // It does not fit behind the one before, so it goes to the beginning of the log, where it
      // overwrites where `left` begins.
      cache.set(entity('long....', looksLike('left....', phase, 50)));
      expect(cache.get(bytes('left....'))).toBeUndefined();
    },
  );

  test('a large entity is not kept, and pushes nothing out', () => {
    const cache = new EntityCache(4 * KiB);
    cache.set(entity('small'));
    for (const key of ['a', 'b', 'c', 'd']) cache.set(entity(key, Buffer.alloc(2048 - 16)));
    expect(cache.get(bytes('small'))).toEqual(entity('small'));
    expect(cache.get(bytes('a'))).toBeUndefined();
    const largest = entity('a', Buffer.alloc(2048 - 17, 'v'));
    cache.set(largest);
    expect(cache.get(bytes('a'))).toEqual(largest);
  });

  test('a full bucket forgets one after the other', () => {
    const cache = new EntityCache(2048);
    // Eight buckets of four, and all of these in the first.
    const keys = numbered(400).filter((key) => (hashOf(bytes(key)) & 7) === 0);
    const all = keys.slice(0, 8).map((key) => entity(key, ''));
    for (const each of all) cache.set(each);
    const left = all.map(({ key }) => cache.get(key) !== undefined);
    expect(left).toEqual([false, false, false, false, true, true, true, true]);
  });

  test.each([0, 1, 2047])('of %i bytes it keeps nothing', (size) => {
    const cache = new EntityCache(size);
    cache.set(entity('a'));
    cache.settle(cache.invalidate(bytes('a')));
    cache.set(entity('a'));
    expect(cache.get(bytes('a'))).toBeUndefined();
  });
});

describe('a key that is written', () => {
  test('is forgotten, however often it was kept', () => {
    const cache = new EntityCache(64 * KiB);
    for (let times = 0; times < 3; times++) cache.set(entity('a', 'old'));
    cache.settle(cache.invalidate(bytes('a')));
    expect(cache.get(bytes('a'))).toBeUndefined();
  });

  test('is forgotten, and is not kept until all its writes have settled', () => {
    const cache = new EntityCache(64 * KiB);
    cache.set(entity('a', 'old'));
    for (const held of [cache.invalidate(bytes('a')), cache.invalidate(bytes('a'))]) {
      cache.set(entity('a', 'either'));
      expect(cache.get(bytes('a'))).toBeUndefined();
      cache.settle(held);
    }
    cache.set(entity('a', 'new', 2));
    expect(cache.get(bytes('a'))).toEqual(entity('a', 'new', 2));
  });
});

const key = fc.nat(30).map((n) => `k${n}`.padEnd(8, '.'));
const lookalike = fc
  .tuple(key, fc.nat(2), fc.nat(9))
  .map(([key, phase, times]) => looksLike(key, phase, times + 1));
const someValue = fc.oneof(
  lookalike,
  fc.constant(''),
  fc.string({ maxLength: 300, unit: 'binary-ascii', size: 'max' }),
);
/**
 * Steps over a few keys: a read, as the store does it, at once or with its later part as a step of
 * its own; or the begin or the end of a write.
 */
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('read' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), key }) },
  fc.record({ kind: fc.constant('begin' as const), key, value: someValue }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), key }) },
);

test('whatever is read and written, a find is the newest, and none during a write', () => {
  let hits = 0;
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 300, size: 'max' }),
      fc.integer({ min: 2 * KiB, max: 10 * KiB }),
      (steps, size) => {
        const cache = new EntityCache(size);
        const tree = new Map<string, Entity>();
        const writing = new Map<string, number[]>();
        let version = 0;
        for (const each of steps) {
          const underWay = writing.get(each.key) ?? [];
          writing.set(each.key, underWay);
          if (each.kind === 'begin') {
            underWay.push(cache.invalidate(bytes(each.key)));
            tree.set(each.key, entity(each.key, each.value, ++version));
          } else if (each.kind === 'end') {
            const held = underWay.pop();
            if (held !== undefined) cache.settle(held);
          } else if (each.kind === 'finish') {
            // A read that waited for the disk: it may have missed long ago, and others with it.
            const newest = tree.get(each.key);
            if (newest) cache.set(newest);
          } else {
            const newest = tree.get(each.key);
            const found = cache.get(bytes(each.key));
            if (found) {
              hits++;
              expect(underWay).toEqual([]);
              expect(found).toEqual(newest);
            } else if (newest) cache.set(newest);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(hits).toBeGreaterThan(500);
});
