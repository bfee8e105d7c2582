/**
 * Bytes that are not a request, or that two parsers might read as different requests (request
 * smuggling), are refused and the connection is closed, on every version of Node. Bytes behind them
 * are never taken for a request.
 */
import { expect, onTestFinished, test } from 'vitest';
import { entityUrl, parseAnswers, RawConnection, request } from '../support/http.js';
import { sharedServer, storedKeys } from './harness.js';

const server = sharedServer();

const crlf = '\r\n';
/** A PUT with these header fields as they stand, and content behind it. */
const put = (fields: string, content = 'v') =>
  `PUT /v0/entity?id=k HTTP/1.1${crlf}Host: localhost${crlf}${fields}${crlf}${crlf}${content}`;
const chunked = (content: string) => put('Transfer-Encoding: chunked', content);
const coded = (coding: string) =>
  put(`Transfer-Encoding: ${coding}`, `1${crlf}v${crlf}0${crlf}${crlf}`);
const line = (requestLine: string) =>
  `${requestLine}${crlf}Host: localhost${crlf}Content-Length: 1${crlf}${crlf}v`;
const target = '/v0/entity?id=k';

const lengths: [string, string][] = [
  ['two different lengths', put(`Content-Length: 1${crlf}Content-Length: 2`, 'vv')],
  ['two equal lengths', put(`Content-Length: 1${crlf}Content-Length: 1`)],
  ['a list of lengths', put('Content-Length: 1, 1')],
  [
    'a length and then a transfer coding',
    put(`Content-Length: 5${crlf}Transfer-Encoding: chunked`, `0${crlf}${crlf}`),
  ],
  [
    'a transfer coding and then a length',
    put(`Transfer-Encoding: chunked${crlf}Content-Length: 5`, `0${crlf}${crlf}`),
  ],
  ...['-1', '+1', '0x1', '1a', '1.0', '1 1', '1;', '', '99999999999999999999'].map(
    (length): [string, string] => [`the length "${length}"`, put(`Content-Length: ${length}`)],
  ),
];

const codings: [string, string][] = [
  ...[
    'gzip',
    'identity',
    'chunked, gzip',
    'gzip, chunked',
    'chunked, chunked',
    'xchunked',
    'chunked;q=1',
    '\vchunked',
  ].map((coding): [string, string] => [
    `the transfer coding ${JSON.stringify(coding)}`,
    coded(coding),
  ]),
  ['two fields of transfer codings', coded(`gzip${crlf}Transfer-Encoding: chunked`)],
  [
    'a transfer coding in HTTP/1.0, which has none',
    coded('chunked').replace('HTTP/1.1', 'HTTP/1.0'),
  ],
];

const lineEnds: [string, string][] = [
  ['a bare LF behind every line', put('Content-Length: 1').replaceAll(crlf, '\n')],
  ['a bare LF behind the request line', put('Content-Length: 1').replace(crlf, '\n')],
  ['a bare LF behind a field', put(`A: b\nContent-Length: 1`)],
  [
    'a bare LF as the empty line',
    `PUT ${target} HTTP/1.1${crlf}Host: localhost${crlf}Content-Length: 1${crlf}\nv`,
  ],
  ['a bare CR behind a field', put('A: b\rContent-Length: 1')],
  [
    'a bare CR as the empty line',
    `PUT ${target} HTTP/1.1${crlf}Host: localhost${crlf}Content-Length: 1${crlf}\rv`,
  ],
  [
    'a bare CR and any byte as the empty line',
    `GET /v0/status HTTP/1.1${crlf}Host: localhost${crlf}\rX`,
  ],
  ['CR CR LF', put(`A: b\r${crlf}Content-Length: 1`)],
  ['a folded field', put(`A: b${crlf} c${crlf}Content-Length: 1`)],
  ['a folded length', put(`Content-Length:${crlf} 1`)],
  ['a folded transfer coding', put(`Transfer-Encoding:${crlf}\tchunked`, `0${crlf}${crlf}`)],
  [
    'white space before the first field',
    `PUT ${target} HTTP/1.1${crlf} Host: localhost${crlf}Content-Length: 1${crlf}${crlf}v`,
  ],
];

const fields: [string, string][] = [
  ['a space before the colon', put('Content-Length : 1')],
  ['a tab before the colon', put('Content-Length\t: 1')],
  ['a space in a name', put(`A B: c${crlf}Content-Length: 1`)],
  ['a field without a colon', put(`Nonsense${crlf}Content-Length: 1`)],
  ['a field without a name', put(`: a${crlf}Content-Length: 1`)],
  ...['\0', '\x01', '\b', '\v', '\x1b', '\x7f'].flatMap((byte): [string, string][] => [
    [`${JSON.stringify(byte)} in a value`, put(`A: b${byte}c${crlf}Content-Length: 1`)],
    [`${JSON.stringify(byte)} in a name`, put(`A${byte}: b${crlf}Content-Length: 1`)],
    [`${JSON.stringify(byte)} in the target`, line(`PUT /v0/entity?id=a${byte}b HTTP/1.1`)],
  ]),
];

const chunks: [string, string][] = [
  ...['g', '-1', '+1', '0x1', '', ' 1', '1 ', '1\t', 'fffffffffffffffff'].map(
    (size): [string, string] => [
      `the chunk size ${JSON.stringify(size)}`,
      chunked(`${size}${crlf}v${crlf}0${crlf}${crlf}`),
    ],
  ),
  ['a chunk longer than its size', chunked(`1${crlf}vv${crlf}0${crlf}${crlf}`)],
  ['a chunk shorter than its size', chunked(`3${crlf}v${crlf}0${crlf}${crlf}`)],
  ['a bare LF behind a chunk size', chunked(`1\nv${crlf}0${crlf}${crlf}`)],
  ['a bare LF behind a chunk', chunked(`1${crlf}v\n0${crlf}${crlf}`)],
  ['a bare LF behind the last chunk size', chunked(`1${crlf}v${crlf}0\n${crlf}`)],
  ['a bare LF as the end of the content', chunked(`1${crlf}v${crlf}0${crlf}\n`)],
  ['a bare LF in a chunk extension', chunked(`1;a\nb${crlf}v${crlf}0${crlf}${crlf}`)],
  ['a bare CR in a chunk extension', chunked(`1;a\rb${crlf}v${crlf}0${crlf}${crlf}`)],
  ['a trailer without a colon', chunked(`1${crlf}v${crlf}0${crlf}Bad trailer${crlf}${crlf}`)],
  ['endless chunk extensions', chunked(`1;${'a'.repeat(100_000)}`)],
];

const requestLines: [string, string][] = [
  ['an unknown method', line(`FOO ${target} HTTP/1.1`)],
  ['a method in lower case', line(`put ${target} HTTP/1.1`)],
  ['a space before the method', line(` PUT ${target} HTTP/1.1`)],
  ['a tab between method and target', line(`PUT\t${target} HTTP/1.1`)],
  ['a space in the target', line('PUT /v0/entity?id=a b HTTP/1.1')],
  ['a tab in the target', line('PUT /v0/entity?id=a\tb HTTP/1.1')],
  ['a form feed in the target', line('PUT /v0/entity?id=a\fb HTTP/1.1')],
  ['a target without its slash', line('PUT v0/entity?id=k HTTP/1.1')],
  ['no version', line(`PUT ${target}`)],
  ...[
    'HTTP/0.9',
    'HTTP/1.2',
    'HTTP/2.0',
    'HTTP/3.0',
    'HTTP/1',
    'HTTP/1.10',
    'http/1.1',
    'HTTPS/1.1',
  ].map((version): [string, string] => [
    `the version ${version}`,
    line(`PUT ${target} ${version}`),
  ]),
  ['an HTTP/2 preface', `PRI * HTTP/2.0${crlf}${crlf}SM${crlf}${crlf}`],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['random bytes', '\xff\xfe\x00\x01\x80garbage\r\n\r\n'],
  ['a megabyte of zeros', '\0'.repeat(1 << 20)],
];

test.each([...lengths, ...codings, ...lineEnds, ...fields, ...chunks, ...requestLines])(
  'refused, and nothing behind it is a request: %s',
  async (_, bytes) => {
    // So that one row that fails does not fail all rows after it.
    onTestFinished(async () => {
      for (const key of await storedKeys(server.url))
        await fetch(entityUrl(server.url, key), { method: 'DELETE' });
    });
    const connection = new RawConnection(server.url);
    connection.write(bytes + request('PUT', '/v0/entity?id=behind', [], 'v'));
    expect(await connection.closedWithin(3000)).toBe(true);
    const answers = parseAnswers(connection.received);
    // A reset may take the response with it, but there is never a second one, nor a success.
    expect(answers.length).toBeLessThanOrEqual(1);
    for (const { status } of answers) expect(status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${server.url}/v0/status`)).status).toBe(200);
    expect(await storedKeys(server.url)).toStrictEqual([]);
  },
);

test('a length in the trailer is refused or ignored, and never moves the end', async () => {
  const connection = new RawConnection(server.url);
  const behind = request('DELETE', '/v0/entity?id=k', ['Connection: close']);
  connection.write(chunked(`1${crlf}v${crlf}0${crlf}Content-Length: 9${crlf}${crlf}`) + behind);
  await connection.closed;
  const statuses = parseAnswers(connection.received).map(({ status }) => status);
  expect([[400], [201, 202]]).toContainEqual(statuses);
  expect(await storedKeys(server.url)).toStrictEqual([]);
});
