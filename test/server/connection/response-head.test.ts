/** The heads of responses: whatever they share, each says what it was made of. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ResponseHead } from '#dist/server/connection/response-head.js';

const shared = [{}, { 'Content-Type': 'a/b' }, { 'Content-Type': 'c/d', Vary: 'Accept' }];
const version = fc.oneof(
  fc.constant(undefined),
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(
    1,
    999_999_999,
    10 ** 9,
    10 ** 9 + 1,
    1_764_408_000_000_000,
    1_764_408_099_999_999,
  ),
);
const response = fc.record({
  status: fc.constantFrom(200, 201, 404),
  headers: fc.constantFrom(...shared),
  ownHeaders: fc.constantFrom(undefined, undefined, { 'Content-Range': 'bytes 0-0/1' }),
  version,
});

const block = Buffer.alloc(2048);

it('any sequence of heads says the fields, length, version and end of each', () => {
  const one = fc.tuple(response, fc.nat(3), fc.boolean());
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 30 }), (responses) => {
      const head = new ResponseHead(65_000, { 'X-Common': 'y' });
      for (const [response, contentLength, closes] of responses) {
        const text = head.format(response, contentLength, closes);
        const end = head.write(response, contentLength, closes, block, 3, 3 + text.length);
        expect(block.toString('latin1', 3, end)).toBe(text);
        const limit = 2 + text.length;
        expect(head.write(response, contentLength, closes, block, 3, limit)).toBe(-1);
        const [line, ...lines] = text.split('\r\n');
        expect(line).toMatch(new RegExp(`^HTTP/1\\.1 ${response.status} `));
        expect(lines.splice(-2)).toEqual(['', '']);
        const { headers, ownHeaders, version } = response;
        const fields = Object.fromEntries(lines.map((field) => field.split(': ')));
        expect(fields).toEqual({
          ...headers,
          ...ownHeaders,
          ...(version !== undefined && { ETag: `"${version}"` }),
          'Content-Length': String(contentLength),
          'X-Common': 'y',
          Date: expect.any(String),
          Connection: closes ? 'close' : 'keep-alive',
          ...(!closes && { 'Keep-Alive': 'timeout=65' }),
        });
        expect(lines).toHaveLength(Object.keys(fields).length);
      }
    }),
  );
});
