import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinCrc } from '#dist/store/join-crc.js';

test('the joined CRC is that of both strings, one behind the other', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      const both = crc32(Buffer.concat([first, second]));
      expect(joinCrc(crc32(first), crc32(second), second.length)).toBe(both);
    }),
  );
});

test.each([65_535, 65_536, 16 * 1024 * 1024 + 1])('also if the second has %i bytes', (length) => {
  const first = randomBytes(33);
  const second = randomBytes(length);
  expect(joinCrc(crc32(first), crc32(second), length)).toBe(crc32(second, crc32(first)));
});
