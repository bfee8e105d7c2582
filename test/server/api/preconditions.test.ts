/** Conditions as fields, and what they ask of the stored version. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decide,
  entityTag,
  readPreconditions,
  writeCondition,
} from '#dist/server/api/preconditions.js';
import type { Condition } from '#dist/store/store.js';

const version = 1_764_408_583_123_456;

describe('the condition of a write', () => {
  it.each<[string, Parameters<typeof writeCondition>[0], Condition | undefined]>([
    ['nothing', {}, undefined],
    ['If-None-Match: *', { 'if-none-match': '*' }, { kind: 'absent' }],
    ['If-Match: *', { 'if-match': '*' }, { kind: 'present' }],
    ['one version', { 'if-match': `"${version}"` }, { kind: 'version', versions: [version] }],
    ['a list', { 'if-match': '"1", "2","3" ,\t"4"' }, { kind: 'version', versions: [1, 2, 3, 4] }],
    ['empty elements', { 'if-match': ',"1",, ,"2",' }, { kind: 'version', versions: [1, 2] }],
    ['a weak tag', { 'if-match': 'W/"1"' }, { kind: 'version', versions: [] }],
    ['a weak one among others', { 'if-match': '"1",W/"2"' }, { kind: 'version', versions: [1] }],
    ...['""', '"0"', '"01"', '"1.0"', '"+1"', '"1e3"', '"a,b"', '"\xff"', '"*"'].map(
      (tag): [string, { 'if-match': string }, Condition] => [
        tag,
        { 'if-match': tag },
        { kind: 'version', versions: [] },
      ],
    ),
    ['seventeen digits', { 'if-match': `"${'1'.repeat(17)}"` }, { kind: 'version', versions: [] }],
    [
      'absent and present at once',
      { 'if-match': '*', 'if-none-match': '*' },
      { kind: 'version', versions: [] },
    ],
  ])('%s', (_name, fields, condition) => {
    expect(writeCondition(fields)).toEqual(condition);
  });

  it.each([
    '',
    ',',
    ' , ',
    '1',
    '"1',
    '1"',
    '"1 "',
    '"1" "2"',
    '"1";"2"',
    'w/"1"',
    'W"1"',
    '**',
    '*, "1"',
  ])('If-Match: %j is a 400', (text) => {
    expect(() => writeCondition({ 'if-match': text })).toThrow(/if-match is \* or a list/);
  });

  it('If-None-Match with ETags is a 501: a store decides what must be, not what must not', () => {
    expect(() => writeCondition({ 'if-none-match': '"1"' })).toThrow(
      expect.objectContaining({ status: 501, message: expect.stringMatching(/no ETags/) }),
    );
  });

  it('more versions than a condition may name are a 400', () => {
    const list = (length: number) => Array.from({ length }, (_, n) => `"${n + 1}"`).join();
    expect(writeCondition({ 'if-match': list(1024) })).toMatchObject({ kind: 'version' });
    expect(() => writeCondition({ 'if-match': list(1025) })).toThrow(/at most 1024/);
  });

  it('any list of tags comes back as its strong versions, in order', () => {
    const tag = fc.record({ isWeak: fc.boolean(), version: fc.integer({ min: 1, max: 2 ** 31 }) });
    const separator = fc.constantFrom(',', ', ', ' ,\t', ',,');
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 20 }), separator, (tags, separator) => {
        const text = tags.map((tag) => `${tag.isWeak ? 'W/' : ''}"${tag.version}"`).join(separator);
        const versions = tags.filter(({ isWeak }) => !isWeak).map(({ version }) => version);
        expect(writeCondition({ 'if-match': text })).toEqual({ kind: 'version', versions });
      }),
    );
  });
});

describe('the conditions of a read', () => {
  const verdict = (fields: Parameters<typeof readPreconditions>[0]) => {
    const preconditions = readPreconditions(fields);
    return preconditions && decide(preconditions, 5);
  };

  it.each([
    [{}, undefined],
    [{ 'if-none-match': '*' }, 'not modified'],
    [{ 'if-none-match': '"5"' }, 'not modified'],
    [{ 'if-none-match': 'W/"5"' }, 'not modified'],
    [{ 'if-none-match': '"4", "5"' }, 'not modified'],
    [{ 'if-none-match': '"4", "6"' }, 'as usual'],
    [{ 'if-match': '*' }, 'as usual'],
    [{ 'if-match': '"4", "5"' }, 'as usual'],
    [{ 'if-match': '"5"', 'if-none-match': '"5"' }, 'not modified'],
  ])('%j', (fields, expected) => {
    expect(verdict(fields)).toBe(expected);
  });

  it.each([
    { 'if-match': '"4"' },
    { 'if-match': 'W/"5"' },
    // If-Match comes first (RFC 9110 § 13.2.2).
    { 'if-match': '"4"', 'if-none-match': '"5"' },
  ])('%j is a 412', (fields) => {
    expect(() => verdict(fields)).toThrow(expect.objectContaining({ status: 412 }));
  });
});

it('one tag is one tag, and anything else is none', () => {
  expect(entityTag('"5"')).toEqual({ isWeak: false, version: 5 });
  expect(entityTag('W/"5"')).toEqual({ isWeak: true, version: 5 });
  expect(entityTag('"x"')).toEqual({ isWeak: false, version: undefined });
  for (const text of ['', '5', '*', '"5", "6"', 'Sat, 29 Oct 1994 19:43:31 GMT'])
    expect(entityTag(text)).toBeUndefined();
});
