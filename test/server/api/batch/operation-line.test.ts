/** A line of a batch means one operation, or is refused with what to change. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxKeyBytes, maxMetaBytes } from '#dist/config/limits.js';
import { type LineContext, operationOf } from '#dist/server/api/batch/operation-line.js';
import { Problem } from '#dist/server/api/problem.js';

const nowMs = Date.UTC(2026, 0, 1);
const context: LineContext = {
  capabilities: { conditions: true, maxExpiresMs: undefined },
  line: { max: 1000, limit: undefined },
  maxValueBytes: 100,
  now: () => nowMs,
};

const read = (line: unknown) => operationOf(Buffer.from(JSON.stringify(line)), context);

/** Status and detail of the refusal. */
function refusalOf(bytes: Buffer | undefined, own: LineContext = context): string {
  try {
    operationOf(bytes, own);
  } catch (error) {
    if (error instanceof Problem) return `${error.status} ${error.message}`;
    throw error;
  }
  return 'none';
}

test('any key and value come through, as text or as base64', () => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const value = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(key, value, (keyBytes, valueBytes) => {
      const line = { keyBase64: keyBytes.toString('base64'), value: valueBytes.toString('base64') };
      expect(read(line)).toEqual({ kind: 'put', key: keyBytes, value: [valueBytes] });
    }),
  );
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(text, text, (keyText, valueText) => {
      expect(read({ key: keyText, valueText })).toEqual({
        kind: 'put',
        key: Buffer.from(keyText),
        value: [Buffer.from(valueText)],
      });
    }),
  );
});

test.each([
  [{ ttlMs: 1500 }, { ttlMs: 1500 }],
  [{ expires: '2026-01-01T00:00:01.500Z' }, { ttlMs: 1500 }],
  [{ expires: '2026-01-01T01:00:01.500+01:00' }, { ttlMs: 1500 }],
  // An entity that has expired already replaces what there is, and is gone at once.
  [{ expires: '2020-01-01T00:00:00Z' }, { ttlMs: 1 }],
  [{ ifMatch: '*' }, { condition: { kind: 'present' } }],
  [
    { ifMatch: '1795946734513000' },
    { condition: { kind: 'version', versions: [1795946734513000] } },
  ],
  [{ ifNoneMatch: '*' }, { condition: { kind: 'absent' } }],
  [{ contentType: 'text/plain' }, { fields: { contentType: 'text/plain' } }],
  [{ contentType: 'application/octet-stream' }, undefined],
  [{ contentEncoding: 'gzip', meta: {} }, { fields: { contentEncoding: 'gzip' } }],
  [{ meta: { owner: 'me', x: '' } }, { fields: { meta: { owner: 'me', x: '' } } }],
  [{ version: '17' }, undefined],
  [
    { meta: JSON.parse('{"constructor":"c","prototype":"p","__proto__":"o"}') },
    { fields: { meta: JSON.parse('{"constructor":"c","prototype":"p","__proto__":"o"}') } },
  ],
])('a put with %j', (members, options) => {
  const put = { kind: 'put', key: Buffer.from('a'), value: [Buffer.from('v')] };
  expect(read({ key: 'a', valueText: 'v', ...members })).toEqual(
    options ? { ...put, options } : put,
  );
});

test('a deletion, with a condition or without', () => {
  const key = Buffer.from('a');
  expect(read({ key: 'a', delete: true })).toEqual({ kind: 'delete', key });
  const options = { condition: { kind: 'present' } };
  expect(read({ key: 'a', delete: true, ifMatch: '*' })).toEqual({ kind: 'delete', key, options });
});

test.each<[string, string | RegExp]>([
  ['nope', /^400 the line is not JSON: /],
  ['{"key":"a","value":"', /^400 the line is not JSON: /],
  ['null', '400 the line should be an object with these members, got null'],
  ['[]', /^400 the line /],
  ['"text"', /^400 the line /],
  ['{}', '400 the line needs a key or a keyBase64, and not both'],
  ['{"key":"a","keyBase64":"YQ=="}', '400 the line needs a key or a keyBase64, and not both'],
  ['{"key":""}', `400 a key has 1 to ${maxKeyBytes} bytes, got 0`],
  [`{"key":"${'k'.repeat(1025)}"}`, `400 a key has 1 to ${maxKeyBytes} bytes, got 1025`],
  ['{"key":7}', '400 "key" should be a string, got "7"'],
  ['{"key":"\\ud800","valueText":""}', /^400 key holds half a surrogate pair/],
  ['{"key":"a"}', /^400 the line needs a value or a valueText, and not both, or a delete/],
  ['{"key":"a","value":"","valueText":""}', /^400 the line needs a value or a valueText/],
  ['{"key":"a","value":"AAA"}', /^400 value is not base64: its length/],
  ['{"key":"a","value":"A-_A"}', /^400 "value" should be base64, got /],
  ['{"key":"a","value":"AA AA==="}', /^400 "value" should be base64/],
  ['{"keyBase64":"=","valueText":""}', /^400 keyBase64 is not base64/],
  ['{"key":"a","valueText":"\\udc00"}', /^400 valueText holds half a surrogate pair/],
  [
    `{"key":"a","valueText":"${'v'.repeat(101)}"}`,
    /^413 a value has at most 100 bytes here; .*--max-value/,
  ],
  ['{"key":"a","valueText":"","ttl":5}', /^400 "ttl" is not a member of a line; .*ttlMs/],
  ['{"key":"a","valueText":"","ttlMs":0}', '400 "ttlMs" should be at least 1, got "0"'],
  ['{"key":"a","valueText":"","ttlMs":1.5}', '400 "ttlMs" should be a whole number, got "1.5"'],
  ['{"key":"a","valueText":"","ttlMs":1e15}', /^400 "ttlMs" should be at most/],
  ['{"key":"a","valueText":"","expires":"soon"}', /^400 "expires" should be a time as of RFC 3339/],
  [
    '{"key":"a","valueText":"","expires":"2099-01-01T00:00:00Z"}',
    /^400 expires is at most 630720000000 ms from now, got .*; give an earlier time/,
  ],
  ['{"key":"a","valueText":"","ttlMs":1,"expires":"2026-01-01T00:00:00Z"}', /^400 ttlMs and exp/],
  ['{"key":"a","valueText":"","ifMatch":"x"}', /^400 "ifMatch" should be a version or \*/],
  ['{"key":"a","valueText":"","ifMatch":1}', /^400 "ifMatch" should be a string/],
  ['{"key":"a","valueText":"","ifNoneMatch":"1"}', /^400 "ifNoneMatch" should be \*/],
  ['{"key":"a","valueText":"","ifMatch":"*","ifNoneMatch":"*"}', /^400 ifMatch and ifNoneMatch/],
  ['{"key":"a","delete":false}', /^400 "delete" should be true, or be left out/],
  ['{"key":"a","delete":true,"valueText":""}', /^400 a deletion has no valueText/],
  ['{"key":"a","delete":true,"ttlMs":1}', /^400 a deletion has no ttlMs/],
  ['{"key":"a","valueText":"","contentType":"text"}', /^400 .*content-type.* media type/],
  ['{"key":"a","valueText":"","contentEncoding":"a b"}', /^400 .*content-encoding/],
  ['{"key":"a","valueText":"","meta":[]}', /^400 "meta" should be an object/],
  ['{"key":"a","valueText":"","meta":{"A":"x"}}', /^400 "meta.A" should be a token in lower case/],
  ['{"key":"a","valueText":"","meta":{"a":1}}', /^400 "meta.a" should be a string/],
  ['{"key":"a","valueText":"","meta":{"constructor":1}}', /^400 "meta.constructor" should be a st/],
  [
    '{"key":"a","valueText":"","meta":{"__proto__":{}}}',
    /^400 "meta.__proto__" should be a string/,
  ],
  ['{"key":"a","valueText":"","constructor":1}', /^400 "constructor" is not a member of a line/],
  ['{"key":"a","valueText":"","__proto__":{}}', /^400 "__proto__" is not a member of a line/],
  ['{"key":"a","valueText":"","toString":1}', /^400 "toString" is not a member of a line/],
  ['{"key":"a","valueText":"","meta":{"a":"\\n"}}', /^400 .*evenkeel-meta-a/],
  [`{"key":"a","valueText":"","meta":{"a":"${'x'.repeat(maxMetaBytes)}"}}`, /^431 /],
])('%s is refused', (line, refusal) => {
  expect(refusalOf(Buffer.from(line))).toMatch(refusal);
});

test.each([
  ['['.repeat(500_000) + ']'.repeat(500_000)],
  [`{"key":"a","valueText":"","meta":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`],
  [`{${Array.from({ length: 3000 }, (_, i) => `"${i}":1`).join(',')}}`],
  [`{"key":"a","valueText":"${'x'.repeat(5000)}","meta":[${'1,'.repeat(3000)}1]}`],
  [`{"key":"a","valueText":"${'\\"'.repeat(3000)}","meta":[${'1,'.repeat(3000)}1]}`],
])('a line that would take long to parse is refused before: %.40s', (line) => {
  expect(refusalOf(Buffer.from(line))).toMatch(/^400 the line has too many members or brackets/);
});

test('one with a long text, of quotes and backslashes or not, is not', () => {
  const own = { ...context, maxValueBytes: 100_000 };
  for (const text of ['"\\"', '\\', '[{,', '\u0000', 'é', '\\\\"'].map((each) => each.repeat(9000)))
    expect(operationOf(Buffer.from(JSON.stringify({ key: 'a', valueText: text })), own)).toEqual({
      kind: 'put',
      key: Buffer.from('a'),
      value: [Buffer.from(text)],
    });
});

test('so are bytes that are not UTF-8, and a line that is too long', () => {
  const notUtf8 = Buffer.from('{"key":"\xff","valueText":""}', 'latin1');
  expect(refusalOf(notUtf8)).toMatch(/^400 the line is not UTF-8; .*keyBase64/);
  expect(refusalOf(undefined)).toMatch(/^413 a line has at most 1000 bytes; send/);
  const line = { max: 1000, limit: 'maxContentBytesInMemory' } as const;
  expect(refusalOf(undefined, { ...context, line })).toMatch(
    /^413 a line has at most 1000 bytes here, by limits.maxContentBytesInMemory; send/,
  );
});

test('a store without conditions refuses a line with one', () => {
  const capabilities = { ...context.capabilities, conditions: false };
  const line = Buffer.from('{"key":"a","valueText":"","ifNoneMatch":"*"}');
  expect(refusalOf(line, { ...context, capabilities })).toMatch(/^501 this store keeps no cond/);
});

test('an expiry that the store cannot keep is refused with the last that it can', () => {
  const capabilities = { conditions: true, maxExpiresMs: Date.now() + 60_000 };
  const refusing = { ...context, capabilities };
  expect(operationOf(Buffer.from('{"key":"a","value":"","ttlMs":50000}'), refusing)).toBeDefined();
  const line = '{"key":"a","value":"","ttlMs":70000}';
  expect(refusalOf(Buffer.from(line), refusing)).toMatch(
    /^400 an entity expires by 20.*Z in this store/,
  );
});
