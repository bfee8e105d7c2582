/** The query parser against the URL standard, and for keys outside the standard: any bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Problem } from '#dist/server/api/problem.js';
import { parseQuery } from '#dist/server/api/query.js';

/** As node:http gives a target: one character a byte. */
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

const names = new Set(['id', 'x', 'y']);

/** Any text without a bad escape and without what ends a query. */
const piece = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.replace(/[&=%#+\r\n]/g, '')),
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text)),
  fc.constantFrom('+', '%2B', '%2b', '%20', '%00', '=', '%3D', '%26', 'id', 'i%64', ''),
);
const part = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''));

test('agrees with URLSearchParams about every query of well-formed UTF-8', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(part, fc.constantFrom('=', ''), part)), (parts) => {
      // In front: URLSearchParams takes a question mark there for the beginning of the query.
      const query = `&${parts.map((each) => each.join('')).join('&')}`;
      const expected = new URLSearchParams(query);
      fc.pre(!query.includes('\ufeff'));
      const names = new Set([...expected.keys()].map(latin1));
      const parse = () => [...parseQuery(latin1(query), names)];
      if (names.size < expected.size) expect(parse).toThrow(/is given twice/);
      else
        expect(parse().map(([name, value]) => [name, value.toString()])).toStrictEqual(
          [...expected].map(([name, value]) => [latin1(name), value]),
        );
    }),
    { numRuns: 1000 },
  );
});

test('any bytes that are escaped, or that need no escape, come back', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(bytes, fc.infiniteStream(fc.nat(2)), (value, styles) => {
      const spelled = [...value].map((byte) => {
        const hex = byte.toString(16).padStart(2, '0');
        const style = styles.next().value;
        if (style === 0 && !'&=%+#'.includes(String.fromCharCode(byte)))
          return String.fromCharCode(byte);
        return `%${style === 1 ? hex : hex.toUpperCase()}`;
      });
      const query = `x=1&id=${spelled.join('')}&y`;
      expect(parseQuery(query, names).get('id')).toStrictEqual(Buffer.from(value));
    }),
  );
});

test('a cut escape or one of other digits is a 400 that names its parameter', () => {
  const text = fc.stringMatching(/^[a-z0-9]*$/);
  const bad = fc.oneof(
    fc.constantFrom(
      '%',
      '%%',
      '%%41',
      '%4',
      '%a',
      '%g1',
      '%1g',
      '%+1',
      '%-1',
      '% 1',
      '%0x',
      '%u0041',
      '%\u00e9\u00e9',
    ),
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
      .map((codes) => String.fromCharCode(...codes))
      .filter((digits) => !/[&=]/.test(digits) && !/^[0-9a-f]{2}$/i.test(digits))
      .map((digits) => `%${digits}`),
  );
  // The bytes that follow must not complete a cut escape.
  const tail = fc.constantFrom('', '&y=1', 'z');
  fc.assert(
    fc.property(text, bad, tail, (before, escaped, after) => {
      const query = `x=1&id=${before}${escaped}${after}`;
      const parse = () => parseQuery(query, names);
      expect(parse).toThrow(Problem);
      expect(parse).toThrow(expect.objectContaining({ status: 400 }));
      expect(parse).toThrow(`bad escape in id at byte `);
    }),
  );
});

test('a parameter may come once', () => {
  for (const query of ['id=a&id=a', 'id&id', 'id=a&x&%69d=b', 'y=1&id=a&y='])
    expect(() => parseQuery(query, names)).toThrow(/is given twice/);
});

test('a parameter that means nothing is refused, and the message names those that do', () => {
  for (const query of ['tll=5', 'id=a&ID=b', 'id=a&xid', '=', '=a'])
    expect(() => parseQuery(query, names)).toThrow(/unknown parameter ".*"; .* id, x, y$/);
});

test('an empty query has no parameters, and an empty value is there', () => {
  expect([...parseQuery('', new Set(['id']))]).toStrictEqual([]);
  expect([...parseQuery('&&id&', new Set(['id']))]).toStrictEqual([['id', Buffer.alloc(0)]]);
});
