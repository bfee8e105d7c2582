/**
 * A range is every entity from start to end, once, in order of key bytes. A client can rely on its
 * framing.
 */
import { expect, test } from 'vitest';
import { entityUrl, type RawAnswer, RawConnection, request } from '../support/http.js';
import { expectProblem, sharedServer, startServer } from './harness.js';

async function put(base: string, key: string, value = `value of ${key}`): Promise<void> {
  expect((await fetch(entityUrl(base, key), { method: 'PUT', body: value })).status).toBe(201);
}

async function range(base: string, query: string, accept?: string): Promise<RawAnswer> {
  const fields = accept === undefined ? [] : [`Accept: ${accept}`];
  return new RawConnection(base).ask(request('GET', `/v0/entities?${query}`, fields));
}

const chunksOf = async (base: string, query: string) => (await range(base, query)).chunks;

test('each entity is one chunk of key, newline and value, in order of key bytes', async () => {
  const { url } = await startServer();
  for (const key of ['b', 'aa', 'ключ', 'a', 'Z', 'ab', '🔑', '\uffee']) await put(url, key);
  await put(url, 'a\n', '');
  await put(url, 'c', '\r\n0\r\n\r\n');
  const answer = await range(url, 'start=%00');
  const expected = ['Z', 'a', 'a\n', 'aa', 'ab', 'b', 'c', 'ключ', '\uffee', '🔑'].map((key) => {
    const value = { 'a\n': '', c: '\r\n0\r\n\r\n' }[key] ?? `value of ${key}`;
    return Buffer.from(`${key}\n${value}`).toString('latin1');
  });
  expect(answer.chunks).toStrictEqual(expected);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('vary')).toBe('Accept');
});

test('keys of every byte come in the order of their bytes', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const bytes = Array.from({ length: 256 }, (_, n) => (n * 167) % 256);
  const escaped = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`;
  connection.write(
    bytes.map((byte) => request('PUT', `/v0/entity?id=${escaped(byte)}`, [], 'v')).join(''),
  );
  await connection.answers(256);
  const chunks = await chunksOf(url, 'start=%00');
  expect(chunks).toStrictEqual(
    Array.from({ length: 256 }, (_, byte) => `${String.fromCharCode(byte)}\nv`),
  );
});

test('start is included, end is excluded, limit is a most, and nothing else is there', async () => {
  const { url } = await startServer();
  for (const key of ['a', 'b', 'bb', 'c', 'd']) await put(url, key, '');
  const keysOf = async (query: string) =>
    (await chunksOf(url, query))?.map((chunk) => chunk.slice(0, -1));
  for (const [query, keys] of [
    ['start=b', ['b', 'bb', 'c', 'd']],
    ['start=b&end=d', ['b', 'bb', 'c']],
    ['start=b&end=bb', ['b']],
    ['start=b%00&end=ca', ['bb', 'c']],
    ['start=a&limit=1', ['a']],
    ['start=a&limit=5', ['a', 'b', 'bb', 'c', 'd']],
    ['start=a&limit=9007199254740991', ['a', 'b', 'bb', 'c', 'd']],
    ['start=a&end=c&limit=2', ['a', 'b']],
    ['start=b&end=b', []],
    ['start=c&end=b', []],
    ['start=e', []],
    ['start=%00&end=a', []],
  ] as const)
    expect([query, await keysOf(query)]).toStrictEqual([query, keys]);
});

test('NDJSON has one object a line: the key as text or base64, the value in base64', async () => {
  const { url } = await startServer();
  await put(url, 'a', 'value');
  await put(url, 'new\nline "ключ" 🔑', '');
  const connection = new RawConnection(url);
  await connection.ask(request('PUT', '/v0/entity?id=%ff%00', [], '\xff\n'));
  const answer = await range(url, 'start=%00', 'application/x-ndjson');
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = Buffer.from(answer.body, 'latin1').toString().split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => JSON.parse(line))).toStrictEqual([
    { key: 'a', value: 'dmFsdWU=' },
    { key: 'new\nline "ключ" 🔑', value: '' },
    { keyBase64: '/wA=', value: '/wo=' },
  ]);
});

const shared = sharedServer();

test.each([
  ['application/x-ndjson', 'application/x-ndjson'],
  ['Application/X-NDJSON; charset=utf-8', 'application/x-ndjson'],
  ['text/html, application/x-ndjson;q=0.001', 'application/x-ndjson'],
  ['application/x-ndjson;q=0', 'application/octet-stream'],
  ['application/x-ndjson; q=0.000, */*', 'application/octet-stream'],
  ['application/x-ndjsonp', 'application/octet-stream'],
  ['*/*', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('Accept "%s" is answered with %s', async (accept, type) => {
  const answer = await range(shared.url, 'start=a', accept);
  expect([answer.status, answer.headers.get('content-type')]).toStrictEqual([200, type]);
});

test('HEAD of a range has its header fields and no content', async () => {
  const connection = new RawConnection(shared.url);
  connection.write(
    request('HEAD', '/v0/entities?start=a') + request('GET', '/v0/status', ['Connection: close']),
  );
  await connection.closed;
  const [head, next] = connection.received.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 (.|\r\n)*application\/octet-stream/);
  expect(next).toMatch(/^HTTP\/1\.1 200 /);
});

test.each([
  ['', /start is missing or empty/],
  ['end=b', /start is missing or empty/],
  ['start=', /start is missing or empty/],
  ['start=a&end=', /end is missing or empty/],
  ['start=a&start=b', /start is given twice/],
  ['start=a&end=b&end=c', /end is given twice/],
  ...['0', '-1', '+1', '1.5', 'all', '', '9007199254740992', '99999999999999999'].map(
    (limit): [string, RegExp] => [`start=a&limit=${limit}`, /limit is a whole number from 1 to/],
  ),
])('a range of "%s" is refused', async (query, mentions) => {
  expectProblem(await range(shared.url, query), 400, mentions);
});
