/** The entries of a frame give back the writes that went into it, in order, and nothing else. */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxKeyBytes } from '#dist/config/limits.js';
import { decodeFields } from '#dist/store/entity-fields.js';
import { Entries, type SlotValue } from '#dist/store/lmdb/journal/entry.js';
import { type Write, writeBytes, writeEntry } from '#dist/store/lmdb/write/write.js';
import { readHead, readRecord } from '#dist/store/record.js';

const key = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.nat(255).map((byte) => new Uint8Array(maxKeyBytes).fill(byte)),
);
const pieces = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 });
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    key,
    value: pieces,
    expiresMs: fc.option(fc.integer({ min: 1, max: 2 ** 52 }), { nil: undefined }),
    fields: fc.constantFrom(undefined, Buffer.from('text/plain'), Buffer.from('a\nb\nc\nd')),
  }),
  fc.record({ key, value: fc.constant(undefined) }),
);
/** A write, and whether its value is in a slot. */
const writes = fc.array(fc.tuple(write, fc.boolean()), { maxLength: 30 });

/** The entries of the writes, from an offset on, with versions from 1. */
function encode(all: readonly (readonly [Write, boolean])[], start = 0) {
  let bytes = 0;
  for (const [each, inSlot] of all) bytes += writeBytes(each, inSlot);
  const entries = new Entries(Buffer.alloc(start + bytes, 0xee));
  let at = start;
  for (const [index, [each, inSlot]] of all.entries())
    at = writeEntry(entries.memory, at, each, index + 1, inSlot ? slotValue(each) : undefined);
  expect(at).toBe(start + bytes);
  return { entries, end: at };
}

function slotValue({ value }: Write): SlotValue | undefined {
  if (value === undefined) return undefined;
  const whole = Buffer.concat(value);
  return { slot: 3, offset: 99, bytes: whole.length, crc: crc32(whole) };
}

test('entries give back their writes in order, and take the bytes that were said', () => {
  fc.assert(
    fc.property(writes, fc.nat(100), (all, start) => {
      const { entries, end } = encode(all, start);
      expect(entries.areWhole(start, end)).toBe(true);
      let place = start;
      for (const [index, [each, inSlot]] of all.entries()) {
        expect(entries.key(place)).toEqual(Buffer.from(each.key));
        expect(entries.isDelete(place)).toBe(each.value === undefined);
        const record = entries.record(place);
        if (each.value === undefined) expect(record).toBeUndefined();
        else {
          const value = Buffer.concat(each.value);
          const expected = {
            key: each.key,
            value,
            version: index + 1,
            expiresMs: each.expiresMs,
            fields: each.fields && decodeFields(Buffer.from(each.fields), 0, each.fields.length),
          };
          const slot = entries.slotOf(place);
          expect(slot).toEqual(inSlot ? { slot: 3, offset: 99, bytes: value.length } : undefined);
          const whole = inSlot ? Buffer.concat([record as Buffer, value]) : (record as Buffer);
          expect(readRecord(each.key, whole, () => 0)).toEqual(expected);
          if (inSlot)
            expect(readHead(each.key, record as Buffer, value, () => 0)).toEqual(expected);
        }
        place = entries.next(place);
      }
      expect(place).toBe(end);
    }),
  );
});

test('entries that are cut off, or of an unknown kind, are not whole', () => {
  fc.assert(
    fc.property(fc.tuple(write, fc.boolean()), fc.nat(), (each, cut) => {
      const { entries, end } = encode([each]);
      expect(entries.areWhole(0, cut % end)).toBe(cut % end === 0);
      entries.memory[0] = 9;
      expect(entries.areWhole(0, end)).toBe(false);
    }),
  );
});

test('an empty value is a put and not a deletion', () => {
  const { entries } = encode([[{ key: Buffer.from('a'), value: [], expiresMs: undefined }, false]]);
  expect(readRecord(Buffer.from('a'), entries.record(0) as Buffer, () => 0)?.value).toEqual(
    Buffer.alloc(0),
  );
});
