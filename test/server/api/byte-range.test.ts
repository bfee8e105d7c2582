/** A Range field, and the bytes that it selects. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestedRange, selectBytes } from '#dist/server/api/byte-range.js';

/** The bytes of a value of `length` bytes and version 5; undefined: the whole. */
function select(range: string, length: number, ifRange?: string) {
  const requested = requestedRange({
    range,
    ...(ifRange !== undefined && { 'if-range': ifRange }),
  });
  return requested && selectBytes(requested, 5, length);
}

describe('one range', () => {
  it.each([
    ['bytes=0-0', 10, { start: 0, end: 1 }],
    ['bytes=0-', 10, { start: 0, end: 10 }],
    ['bytes=9-', 10, { start: 9, end: 10 }],
    ['bytes=3-5', 10, { start: 3, end: 6 }],
    ['bytes=3-10', 10, { start: 3, end: 10 }],
    ['bytes=3-99999999999999999999999', 10, { start: 3, end: 10 }],
    ['bytes=-1', 10, { start: 9, end: 10 }],
    ['bytes=-10', 10, { start: 0, end: 10 }],
    ['bytes=-11', 10, { start: 0, end: 10 }],
    ['BYTES=1-2', 10, { start: 1, end: 3 }],
    ['bytes=\t1-2 ', 10, { start: 1, end: 3 }],
    ['bytes=0001-0002', 10, { start: 1, end: 3 }],
  ])('%s of %d bytes', (range, length, expected) => {
    expect(select(range, length)).toEqual(expected);
  });

  it.each([
    ['bytes=10-', 10],
    ['bytes=10-20', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=0-0', 0],
    ['bytes=99999999999999999999999-', 10],
  ])('%s of %d bytes is a 416 that says how many there are', (range, length) => {
    expect(() => select(range, length)).toThrow(
      expect.objectContaining({ status: 416, headers: { 'Content-Range': `bytes */${length}` } }),
    );
  });

  it('the last bytes of none are the whole, for no Content-Range can name them', () => {
    expect(select('bytes=-5', 0)).toBeUndefined();
  });
});

it.each([
  ...['bytes=0-1,3-4', 'bytes=0-0,-1', 'bytes=,0-1', 'bytes=5-3', 'bytes=-', 'bytes=', 'bytes'],
  ...['bytes =0-1', 'bytes= 0 - 1', 'items=0-1', '0-1', 'bytes=a-b', 'bytes=+1-2', 'bytes=0x1-2'],
  ...['bytes=0-1;', 'bytes:0-1', '', '='],
])('%j asks for the whole', (range) => {
  expect(select(range, 10)).toBeUndefined();
});

describe('If-Range', () => {
  it('lets the range through for this version alone', () => {
    expect(select('bytes=0-0', 10, '"5"')).toEqual({ start: 0, end: 1 });
    for (const other of ['"4"', 'W/"5"', '5', '*', '"5", "5"', 'Sat, 29 Oct 1994 19:43:31 GMT', ''])
      expect(select('bytes=0-0', 10, other)).toBeUndefined();
  });

  it('lets no 416 come for another version', () => {
    expect(select('bytes=10-', 10, '"4"')).toBeUndefined();
    expect(() => select('bytes=10-', 10, '"5"')).toThrow(expect.objectContaining({ status: 416 }));
  });

  it('means nothing alone', () => {
    expect(requestedRange({ 'if-range': '"5"' })).toBeUndefined();
  });
});

it('any range is what the positions say', () => {
  const length = 20;
  const bytes = Buffer.from(Array.from({ length }, (_, at) => at));
  fc.assert(
    fc.property(fc.nat(30), fc.option(fc.nat(30)), (first, last) => {
      fc.pre(first < length && (last === null || last >= first));
      const { start, end } = select(`bytes=${first}-${last ?? ''}`, length) ?? { start: 0, end: 0 };
      const expected = [...bytes].filter((at) => at >= first && at <= (last ?? length));
      expect([...bytes.subarray(start, end)]).toEqual(expected);
    }),
  );
});
