/** A batch gives the writer all writes that went into it, in order, and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxKeyBytes, pieceBytes } from '#dist/config/limits.js';
import { decodeFields } from '#dist/store/entity-fields.js';
import {
  type CopiedValues,
  copyInSlices,
  decodeBatch,
  encodeBatch,
  isLargeWrite,
  type Put,
  type Write,
  writeBytes,
} from '#dist/store/lmdb/write/batch.js';
import { readRecord } from '#dist/store/record.js';
import type { Condition } from '#dist/store/store.js';

const key = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.nat(255).map((byte) => new Uint8Array(maxKeyBytes).fill(byte)),
);
const pieces = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 });
const condition: fc.Arbitrary<Condition | undefined> = fc.option(
  fc.oneof(
    fc.constantFrom({ kind: 'absent' as const }, { kind: 'present' as const }),
    fc.array(fc.maxSafeNat(), { maxLength: 5 }).map((versions) => ({
      kind: 'version' as const,
      versions,
    })),
  ),
  { nil: undefined },
);
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    key,
    value: pieces,
    expiresMs: fc.option(fc.integer({ min: 1, max: 2 ** 52 }), { nil: undefined }),
    fields: fc.constantFrom(undefined, Buffer.from('text/plain'), Buffer.from('a\nb\nc\nd')),
    condition,
  }),
  fc.record({ key, value: fc.constant(undefined), condition }),
);

function encode(writes: readonly Write[], copied?: CopiedValues): ArrayBuffer {
  let version = 0;
  const bytes = writes.reduce((sum, each) => sum + writeBytes(each), 0);
  return encodeBatch(writes, bytes, () => ++version, copied);
}

test('a batch gives back its writes in order, puts with rising versions', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
      const steps = decodeBatch(encode(writes), 1);
      let version = 0;
      expect(steps).toHaveLength(writes.length);
      for (const [i, each] of writes.entries()) {
        const step = steps[i];
        expect(step?.key).toEqual(Buffer.from(each.key));
        expect(step?.condition).toEqual(each.condition);
        expect(step?.nowMs).toBe(1);
        if (each.value === undefined) {
          expect(step).toMatchObject({ record: undefined, expiresMs: undefined });
          continue;
        }
        expect(step?.expiresMs).toBe(each.expiresMs);
        expect(readRecord(each.key, step?.record ?? Buffer.alloc(0), () => 0)).toEqual({
          key: each.key,
          value: Buffer.concat(each.value),
          version: ++version,
          expiresMs: each.expiresMs,
          fields: each.fields && decodeFields(Buffer.from(each.fields), 0, each.fields.length),
        });
      }
    }),
  );
});

test('a batch takes exactly the bytes that its writes were said to take', () => {
  fc.assert(
    fc.property(fc.array(write, { minLength: 1, maxLength: 30 }), (writes) => {
      const bytes = writes.reduce((sum, each) => sum + writeBytes(each), 0);
      expect(encode(writes).byteLength).toBe(bytes);
      expect(() => encodeBatch(writes, bytes - 1, () => 1)).toThrow(RangeError);
    }),
  );
});

test('an empty value, in no piece or in many, is a put and no delete', () => {
  const id = Buffer.from('a');
  for (const value of [
    [],
    [Buffer.alloc(0)],
    Array.from({ length: 1000 }, () => Buffer.alloc(0)),
  ]) {
    const [step] = decodeBatch(encode([{ key: id, value, expiresMs: undefined }]), 1);
    expect(readRecord(id, step?.record ?? Buffer.alloc(0), () => 0)?.value).toEqual(
      Buffer.alloc(0),
    );
  }
});

test('10 000 pieces are one value', () => {
  const id = Buffer.from('a');
  const value = Array.from({ length: 10_000 }, (_, i) => Buffer.from([i & 0xff]));
  const [step] = decodeBatch(encode([{ key: id, value, expiresMs: 5 }]), 1);
  expect(readRecord(id, step?.record ?? Buffer.alloc(0), () => 0)?.value).toEqual(
    Buffer.concat(value),
  );
});

test('a batch owns its memory: changing what went in changes nothing', () => {
  const id = Buffer.from('a');
  const piece = Buffer.from('one');
  const memory = encode([{ key: id, value: [piece], expiresMs: undefined }]);
  const before = Buffer.from(Buffer.from(memory));
  id.fill(0);
  piece.fill(0);
  expect(Buffer.from(memory)).toEqual(before);
});

test('no write is an empty batch', () => {
  expect(decodeBatch(encode([]), 1)).toEqual([]);
});

test.each([undefined, 12_345])(
  'a value copied in slices makes the same batch (%s)',
  async (expiresMs) => {
    const chunks = [1, pieceBytes - 1, 2 * pieceBytes + 3, 0, 65_536].map((n) =>
      Buffer.alloc(n, `${n}`),
    );
    const write: Put = { key: Buffer.from('key'), value: chunks, expiresMs };
    expect(isLargeWrite(write)).toBe(true);
    let slices = 0;
    // No time at all, so each piece is asked for.
    const slice = async () => {
      slices++;
      return 0;
    };
    const others: Write[] = [{ key: Buffer.from('b'), value: undefined }, write];
    const writes = [write, ...others];
    const bytes = writes.reduce((sum, each) => sum + writeBytes(each), 0);
    const allowance = { slice, take: () => {}, give: () => {} };
    const copied = await copyInSlices(writes, bytes, allowance);
    expect(slices).toBe(2 * 6);
    expect(Buffer.compare(Buffer.from(encode(writes, copied)), Buffer.from(encode(writes)))).toBe(
      0,
    );
  },
);
