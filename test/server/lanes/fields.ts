/**
 * Header fields for the fuzzing of the lanes: plain ones, and odd ones of every kind that RFC 9110
 * and RFC 9112 describe. Each is a line, or several, without the last line end. Characters are
 * bytes (latin1).
 */
import fc from 'fast-check';

const fold = '\r\n ';

const hosts = [
  'Host: h',
  'host:h',
  'HOST: \t h \t',
  'Host:',
  'Host: ',
  '',
  'Host: h\r\nHost: h',
  'Host: h\r\nhost: g',
  'Host : h',
  ' Host: h',
  'Host: a b',
  'Host: a,b',
  'Host: u@h:80',
  'Host: h:99999',
  'Host: [::1]:80',
  'Host: localhost',
  'Host: g\t',
  'Host: evil.example',
  'Host: h%zz',
  'Host: [::1',
  'Host: h/../x',
  'Host: \x80',
  `Host:${fold}h`,
  'H\0st: h',
  'X-Host: h',
];

/** One in twelve requests has another Host than a plain one. */
export const host = fc.oneof(
  { weight: 11, arbitrary: fc.constant('Host: h') },
  { weight: 1, arbitrary: fc.constantFrom(...hosts) },
);

const connection = [
  'keep-alive',
  'close',
  'Close',
  'close, keep-alive',
  'keep-alive, close',
  'x, close',
  'closed',
  'clos',
  'close\t',
  '',
  ',close',
  '"close"',
  'upgrade',
  'keep-alive, Upgrade',
  'te, close',
  'close\r\nConnection: keep-alive',
  'keep-alive\r\nConnection: close',
  `x,${fold}close`,
].map((value) => `Connection: ${value}`);

const known = [
  'Accept: */*',
  'User-Agent: fuzz/1.0',
  'Accept: application/x-ndjson',
  'Content-Type: text/plain',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'expect:100-CONTINUE',
  'Expect: 100-continue, 100-continue',
  'Expect: 200-ok',
  'Expect:',
  'Upgrade: h2c',
  'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
  'Upgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13',
  'TE: trailers',
  'Trailer: X',
  'Proxy-Connection: close',
  'Keep-Alive: timeout=1',
  'IF-MODIFIED-SINCE: Sat, 29 Oct 1994 19:43:31 GMT',
  'If-Unmodified-Since: x',
  'Content-Range: bytes 0-0/5',
  'Origin: http://h',
  'Origin: http://other',
  'origin: null',
  'Sec-Fetch-Site: same-origin',
  'SEC-FETCH-SITE: cross-site',
  'X-HTTP-Method-Override: DELETE',
  'Forwarded: host=x',
  'Cookie: a=b\r\nCookie: c=d',
  '__proto__: x',
  'constructor: x',
];

/** Fields that a PUT keeps, or refuses to. */
const kept = [
  ...[
    'Content-Type: text/plain;charset=UTF-8',
    'Content-Type: application/octet-stream',
    'content-type:application/json',
    'CONTENT-TYPE: \t a/b; c="d;e" ',
    'Content-Type: a/b\t',
    `Content-Type: a/${'b'.repeat(60)}`,
    `Content-Type: a/${'b'.repeat(61)}`,
    `Content-Type: a/${'b'.repeat(62)}`,
    `Content-Type: a/${'b'.repeat(511)}`,
  ],
  ...['', 'x', 'a/b,', 'a/b c', 'a/b;c', 'a/b;', '/', 'a/b\xe4', 'a/b;c="\xe4"', 'a/b\0'].map(
    (type) => `Content-Type: ${type}`,
  ),
  'Content-Type: a/b\r\nContent-Type: a/b',
  'Content-Type: a/b\r\nContent-Type: c/d',
  `Content-Type: a/b;${fold}c=d`,
  ...['br, gzip', '', 'x y', 'identity'].map((coding) => `Content-Encoding: ${coding}`),
  'Content-Encoding: gzip\r\nContent-Encoding: br',
  ...[
    'Evenkeel-Meta-A: b',
    'evenkeel-meta-a:',
    'EVENKEEL-META-A: \xe4',
    'Evenkeel-Meta-: b',
    'Evenkeel-Meta: b',
    'Evenkeel-Meta-__proto__: b',
    'Evenkeel-Meta-A: b\r\nEvenkeel-Meta-a: c',
  ],
  ...[1023, 1024].map((length) => `Evenkeel-Meta-A: ${'x'.repeat(length)}`),
];

/** Conditions, and ranges of bytes. */
const selections = [
  ...['*', '"1"', 'W/"1"', '"1", "2"', '', ',', '1', '"', '*, "1"', '"\xe4"'].flatMap((tags) => [
    `If-Match: ${tags}`,
    `If-None-Match: ${tags}`,
  ]),
  'if-none-match: "1"\r\nIf-None-Match: *',
  'If-Match: *\r\nIf-None-Match: *',
  'If-None-Match: *\r\nExpect: 100-continue',
  'If-Match: *\r\nIf-Unmodified-Since: x',
  'If-None-Match: *\r\nIf-Modified-Since: x',
  ...[
    ...['bytes=0-0', 'bytes=1-', 'bytes=-1', 'bytes=-0', 'bytes=5-', 'bytes=99999999999999999999-'],
    ...['bytes=2-1', 'bytes=0-0,2-2', 'bytes=', 'bytes', 'items=0-0', 'BYTES=0-1', ''],
  ].map((range) => `Range: ${range}`),
  'Range: bytes=0-0\r\nRange: bytes=1-1',
  'Range: bytes=0-0\r\nIf-Range: "1"',
  'If-Range: "1"',
  'Range: bytes=0-0\r\nIf-None-Match: "1"',
];

const malformed = [
  'X:',
  'X: ',
  'X:\t v \t',
  'X:v:w',
  'X : v',
  'X\t: v',
  ' X: v',
  '\tX: v',
  'X Y: v',
  'X',
  ': v',
  ':',
  ' ',
  '(X): v',
  '"X": v',
  'X@Y: v',
  'X[]: v',
  '\xe9: v',
  'X\0: v',
  'X\x7f: v',
  'X: a\0b',
  'X: a\x01b',
  'X: a\x0bb',
  'X: a\x1bb',
  'X: a\x7fb',
  'X: \x80\xff',
  'X: a\rb',
  'X: a\nb',
  'X: a\r',
  'X: a\n',
  `X: a${fold}b`,
  `X:${fold}`,
  `X:${fold}Content-Length: 5`,
  `X\r\n : v`,
  'X: a\r\r\nY: b',
  'X: a\n\nGET /v0/entity?id=PREFIXa HTTP/1.1',
  'X: a\r\r',
  'X: a\n\r',
];

const tokenCharacters = "!#$%&'*+-.^_`|~09azAZ";
const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const odd = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...known) },
  { weight: 4, arbitrary: fc.constantFrom(...kept) },
  { weight: 4, arbitrary: fc.constantFrom(...selections) },
  { weight: 4, arbitrary: fc.constantFrom(...connection) },
  { weight: 4, arbitrary: fc.constantFrom(...malformed) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.string({ unit: fc.constantFrom(...tokenCharacters), minLength: 1, maxLength: 12 }),
        fc.string({ unit: byte, maxLength: 12 }),
      )
      .map(([name, value]) => `${name}: ${value}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[90, 99, 100, 101, 200].map((count) =>
        Array.from({ length: count }, (_, n) => `X${n}: v`).join('\r\n'),
      ),
      ...[1000, 8000, 16_200, 16_384, 20_000].map((length) => `X: ${'v'.repeat(length)}`),
      ...[1000, 17_000].map((length) => `${'X'.repeat(length)}: v`),
    ),
  },
);

/** The fields besides Host and those that frame the content: mostly none or plain ones. */
export const otherFields = fc.oneof(
  { weight: 12, arbitrary: fc.constant<string[]>([]) },
  { weight: 4, arbitrary: fc.subarray(known.slice(0, 4)) },
  { weight: 3, arbitrary: fc.array(odd, { minLength: 1, maxLength: 3 }) },
);
