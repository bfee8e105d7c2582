/** Which fields are kept with a value, and that each is a legal field when it comes back. */
import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptFields } from '#dist/server/api/kept-fields.js';

const refusal = (status: number) => expect.objectContaining({ status });
const ofType = (type: string) => keptFields({ 'content-type': type });

describe('a type', () => {
  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'text/plain; charset="utf-8"',
    'multipart/form-data; boundary=----x',
    'application/vnd.api+json',
    'a/b;c="\\"d\\\\";e=f',
    'a/b;',
    'a/b;;c=d ; e=f',
    'a/b;c="\xff"',
    `a/${'b'.repeat(510)}`,
  ])('%s is kept as it is', (type) => {
    expect(ofType(type)).toEqual({ contentType: type });
  });

  it.each(['application/octet-stream', 'Application/Octet-Stream'])('%s is not kept', (type) => {
    expect(ofType(type)).toBeUndefined();
  });

  it.each([
    ...['', 'text', '/plain', 'text/', 'a/b/c', 'a/b, c/d', 'a/b c', 'a/b;c', 'a/b;c=', 'a/b;=d'],
    ...['a/b;c="', 'a/b;c="d"e', 'a/b\x7f', 'a/b;c="\0"', 'a/\xe4', ' a/b', 'a/b ', '*'],
  ])('%j is a 400', (type) => {
    expect(() => ofType(type)).toThrow(refusal(400));
  });

  it('of one byte too many is a 431', () => {
    expect(() => ofType(`a/${'b'.repeat(511)}`)).toThrow(refusal(431));
  });

  it('is judged in a time that grows with its length alone', () => {
    // A careless pattern would try each way in which these spaces can be shared out.
    expect(() => ofType(`a/b${';  '.repeat(160)}"`)).toThrow(refusal(400));
    expect(() => ofType(`a/b${';c=d'.repeat(120)},`)).toThrow(refusal(400));
  });
});

describe('a content coding', () => {
  it.each(['gzip', 'gzip, br', 'gzip ,\tbr', 'identity'])('%s is kept', (contentEncoding) => {
    expect(keptFields({ 'content-encoding': contentEncoding })).toEqual({ contentEncoding });
  });

  it.each(['', ',', 'gzip,', 'gzip br', 'gzip;q=1', '"gzip"', '\xe4'])('%j is a 400', (coding) => {
    expect(() => keptFields({ 'content-encoding': coding })).toThrow(refusal(400));
  });
});

describe('metadata', () => {
  const meta = (fields: Record<string, string>) => {
    const named = Object.entries(fields).map(([name, value]) => [`evenkeel-meta-${name}`, value]);
    return keptFields(Object.fromEntries(named))?.meta;
  };

  it('is kept by its name without the prefix, and nothing else is', () => {
    const fields = { 'evenkeel-meta-owner': 'a b\tc', 'evenkeel-metal': 'x', 'user-agent': 'curl' };
    expect(keptFields(fields)).toEqual({ meta: { owner: 'a b\tc' } });
  });

  it('may have any name and any value that a field may have', () => {
    const fields = { '-': '', "!#$%&'*+-.^_`|~09az": '\xe4 "', constructor: 'x', tostring: 'y' };
    expect(meta(fields)).toEqual(fields);
    expect(Object.entries(meta({ ['__proto__']: 'x' }) ?? {})).toEqual([['__proto__', 'x']]);
  });

  it('needs a name', () => {
    expect(() => meta({ '': 'x' })).toThrow(refusal(400));
  });

  it.each(['a\0', 'a\r\nb', 'a\x7f', ' a', 'a\t'])('does not take the value %j', (value) => {
    expect(() => meta({ a: value })).toThrow(refusal(400));
  });

  it('has up to 1 KiB of names and values, and 100 names', () => {
    expect(meta({ ab: 'x'.repeat(500), cd: 'x'.repeat(520) })).toBeDefined();
    expect(() => meta({ ab: 'x'.repeat(500), cd: 'x'.repeat(521) })).toThrow(refusal(431));
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, '']));
    expect(Object.keys(meta(many(100)) ?? {})).toHaveLength(100);
    expect(() => meta(many(101))).toThrow(refusal(431));
  });

  it('is kept with no byte that could end a line, whatever comes', () => {
    const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit: byte, maxLength: 10 }), (value) => {
        let kept: string | undefined;
        try {
          kept = meta({ a: value })?.a;
        } catch {
          return;
        }
        expect(kept).toBe(value);
        expect(() => validateHeaderValue('a', value)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
