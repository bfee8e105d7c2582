/** Bytes that are not an HTTP/1.1 response are refused with words that say what is wrong. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Reading, readResponses, splits } from './read-responses.js';

const head = (...fields: string[]) =>
  `HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const chunked = head('Transfer-Encoding: chunked');
const ok = `${head('Content-Length: 2')}ok`;

const table: readonly [bytes: string, error: string][] = [
  ['\r\n\r\ngarbage', 'no HTTP/1.1 status line: "garbage"'],
  ['garbage', 'no HTTP/1.1 status line: "garbage"'],
  ['SSH-2.0-OpenSSH_9.2\r\n', 'no HTTP/1.1 status line: "SSH-2.0-OpenSSH_9.2"'],
  [
    '\x15\x03\x01\0\x02\x02P',
    'no HTTP/1.1 status line: "\\u0015\\u0003\\u0001\\u0000\\u0002\\u0002P"',
  ],
  [
    '\0\0\x06\x04\0\0\0\0\0',
    'no HTTP/1.1 status line: "\\u0000\\u0000\\u0006\\u0004\\u0000\\u0000\\u0000\\u0000\\u0000"',
  ],
  ['HTTP/2 200\r\n\r\n', 'no HTTP/1.1 status line: "HTTP/2 200"'],
  ['HTTP/1.2 200 OK\r\n', 'no HTTP/1.1 status line: "HTTP/1.2 200 OK"'],
  ['HTTP/1.1 20 OK\r\n', 'no HTTP/1.1 status line: "HTTP/1.1 20 OK"'],
  ['HTTP/1.1 2000 OK\r\n', 'no HTTP/1.1 status line: "HTTP/1.1 2000 OK"'],
  ['HTTP/1.1 099 OK\r\n', 'no HTTP/1.1 status line: "HTTP/1.1 099 OK"'],
  ['http/1.1 200 OK\r\n', 'no HTTP/1.1 status line: "http/1.1 200 OK"'],
  [`HTTP/1.1 ${'x'.repeat(50)}\n`, `no HTTP/1.1 status line: "HTTP/1.1 ${'x'.repeat(31)}"…`],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n', '101 Switching Protocols, which nobody asked for'],

  [head('no colon'), 'a header line without a proper name: "no colon"'],
  [head(': no name'), 'a header line without a proper name: ": no name"'],
  [head('Content-Length:', '\t5: 5'), 'a bad Content-Length: "Content-Length: 5: 5"'],
  [head('Content-Length: 5', ' 5'), 'a bad Content-Length: "Content-Length: 5 5"'],
  [head('Content-Length : 5'), 'a header line without a proper name: "Content-Length : 5"'],
  [head(' Content-Length: 5'), 'a header line without a proper name: " Content-Length: 5"'],
  [head('X\0: 5'), 'a header line without a proper name: "X\\u0000: 5"'],
  [head('X\xe9: 5'), 'a header line without a proper name: "Xé: 5"'],
  ['HTTP/1.1 200 OK\r\n\r\r\n', 'a header line without a proper name: "\\r"'],

  [head('Content-Length: -5'), 'a bad Content-Length: "Content-Length: -5"'],
  [head('Content-Length: +5'), 'a bad Content-Length: "Content-Length: +5"'],
  [head('Content-Length: 5.0'), 'a bad Content-Length: "Content-Length: 5.0"'],
  [head('Content-Length: 0x5'), 'a bad Content-Length: "Content-Length: 0x5"'],
  [head('Content-Length: 5, 5'), 'a bad Content-Length: "Content-Length: 5, 5"'],
  [head('Content-Length: 5\0'), 'a bad Content-Length: "Content-Length: 5\\u0000"'],
  [
    head('Content-Length: 1234567890123456'),
    'a bad Content-Length: "Content-Length: 1234567890123456"',
  ],
  [head('Content-Length: 5', 'content-length: 6'), 'a bad Content-Length: "content-length: 6"'],

  [`${chunked}x\r\n`, 'a bad chunk size: "x"'],
  [`${chunked}\r\n`, 'a bad chunk size: ""'],
  [`${chunked}-1\r\n`, 'a bad chunk size: "-1"'],
  [`${chunked}0x5\r\n`, 'a bad chunk size: "0x5"'],
  [`${chunked}5 5\r\n`, 'a bad chunk size: "5 5"'],
  [`${chunked}fffffffffffff\r\n`, 'a bad chunk size: "fffffffffffff"'],
  [`${chunked}2\r\nokay\r\n`, 'a chunk longer than its size: "ay"'],
];

test.each(table)('%j is refused, in whatever pieces it arrives', (bytes, error) => {
  expect(readResponses([bytes])).toEqual({ responses: [], headers: [], error });
  // A piece that is not enough for a whole line may show less of it.
  const [what = ''] = error.split(': ');
  for (const pieces of splits(bytes))
    for (const collect of [true, false])
      expect(readResponses(pieces, { collect }).error, JSON.stringify(pieces)).toContain(what);
});

const after: readonly [claim: string, bytes: string, reading: Reading][] = [
  ['a second response', `${ok}${ok}`, {}],
  ['content longer than its length', `${ok}HTTP/1.1 404`, {}],
  ['content behind a 204', 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 2', {}],
  ['content in a response to HEAD', `${head('Content-Length: 9')}HTTP/1.1 5`, { toHead: true }],
  ['bytes behind the last chunk', `${chunked}0\r\n\r\nHTTP/1.1 407`, {}],
];

test.each(after)('%s answers no request', (_, bytes, reading) => {
  const { responses, error } = readResponses([bytes], reading);
  expect(responses).toHaveLength(1);
  expect(error).toMatch(/^bytes that answer no request: "HTTP\/1\.1/);
});

test('bytes before any request answer none', () => {
  const { error } = readResponses(['220 mail.example.com'], { expected: 0 });
  expect(error).toBe('bytes that answer no request: "220 mail.example.com"');
});

test.each([
  ['fields', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(50_000)}`, 'a head of more than 262144 bytes'],
  ['one field', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(300_000)}`, 'a head of more than 262144 bytes'],
  ['a status line', `HTTP/1.1 200 ${'y'.repeat(300_000)}`, 'a head of more than 262144 bytes'],
  [
    'a chunk size',
    `${chunked}${'0'.repeat(20_000)}`,
    `a line of chunk framing that does not end: "${'0'.repeat(40)}"…`,
  ],
  [
    'a chunk extension',
    `${chunked}1;${'x'.repeat(20_000)}`,
    `a line of chunk framing that does not end: "1;${'x'.repeat(38)}"…`,
  ],
  [
    'a trailer',
    `${chunked}0\r\nX: ${'y'.repeat(20_000)}`,
    `a line of chunk framing that does not end: "X: ${'y'.repeat(37)}"…`,
  ],
])('%s without an end has one here', (_, bytes, error) => {
  const pieces = bytes.match(/.{1,4096}/gs) as string[];
  expect(readResponses(pieces, { collect: false }).error).toBe(error);
});

test('content is kept up to its bound, and may be of any length if it is not kept', () => {
  const bytes = `${head('Content-Length: 11')}hello world`;
  const kept = (maxContentBytes: number, collect = true) =>
    readResponses([bytes], { maxContentBytes, collect });
  expect(kept(11).responses).toEqual([{ status: 200, keepAlive: true, content: 'hello world' }]);
  expect(kept(10).error).toBe('content of more than 10 bytes, which the script reads');
  expect(kept(10, false).responses).toHaveLength(1);
});

test('whatever arrives is read or refused, never anything else', () => {
  const scrap = fc.constantFrom(
    'HTTP/1.1 200 OK\r\n',
    '\r\n',
    '\n',
    ':',
    'Content-Length: 3\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Connection: close\r\n',
    '3\r\n',
    '0\r\n',
    'abc',
    '\0',
    ' ',
    'HTTP/1.1 100 \r\n\r\n',
    '\xff',
  );
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 20 }), fc.boolean(), (scraps, collect) => {
      const { responses, error } = readResponses(scraps, { collect, closes: true });
      expect(responses.length).toBeLessThanOrEqual(1);
      if (error !== undefined) expect(error).toMatch(/^(no|a|bytes|101) /);
    }),
    { numRuns: 500 },
  );
});
