/** A changed byte is found again by the checksum alone. */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { singleByteChanges } from '#dist/store/lmdb/journal/byte-flip.js';

test('finds the byte that changed, and what to change back', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 5000 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, place, change) => {
        const crc = crc32(bytes);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ change;
        expect([...singleByteChanges(bytes, crc)]).toContainEqual({ at, change });
      },
    ),
  );
});

test('finds none in bytes that are right, and none where much has changed', () => {
  const bytes = Buffer.alloc(600, 'abc');
  expect([...singleByteChanges(bytes, crc32(bytes))]).toEqual([]);
  const crc = crc32(bytes);
  bytes.fill(0, 0, 512);
  expect([...singleByteChanges(bytes, crc)]).toEqual([]);
});
