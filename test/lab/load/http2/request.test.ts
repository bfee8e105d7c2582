/** A request of HTTP/1.1 as a server of HTTP/2 reads it, and those that cannot be said in it. */
import { expect, onTestFinished, test } from 'vitest';
import { Http2Connection } from '#dist/lab/load/http/http2/http2-connection.js';
import { Http2Requests } from '#dist/lab/load/http/http2/http2-request.js';
import { ScriptError } from '#dist/lab/load/load-errors.js';
import { respondOk, startHttp2 } from './server.js';

interface Exchange {
  /** Names and values, in order, and the content, as the server got them. */
  readonly request: readonly [fields: readonly string[], content: Buffer];
  readonly response: Readonly<Record<string, string>>;
}

/** Sends each over one connection. @param fields of the response, by the request's number */
async function exchange(
  requests: readonly (string | Uint8Array)[],
  fields: (number: number) => Record<string, string> = () => ({}),
): Promise<readonly Exchange[]> {
  const got: Exchange['request'][] = [];
  const answered: Exchange['response'][] = [];
  const peer = await startHttp2((stream, _, number, raw) => {
    const content: Buffer[] = [];
    stream.on('data', (piece: Buffer) => content.push(piece));
    stream.on('end', () => {
      got.push([raw, Buffer.concat(content)]);
      stream.respond({ ':status': 200, ...fields(number) });
      respondOk(stream);
    });
  });
  await new Promise<void>((resolve, reject) => {
    let next = 0;
    const source = {
      requestsPerSend: 1,
      next: () => requests[next++] as string | Uint8Array,
      onResponse: (_: number, read: Exchange['response']) => void answered.push(read),
    };
    const target = { host: '127.0.0.1', port: Number(new URL(peer.url).port), http2: true };
    const connection = new Http2Connection(
      { target, source, timeoutMs: 20_000, maxContentBytes: 1e6, collect: true, now: () => 0 },
      1,
      {
        onReady: () =>
          next < requests.length ? void connection.connections[0]?.send() : resolve(),
        onResponse: () => true,
        onFailure: (_, cause) => reject(new Error(cause)),
        onBytes: () => {},
        onOpening: () => {},
      },
    );
    onTestFinished(() => connection.close());
    connection.open();
  });
  return got.map((request, number) => ({ request, response: answered[number] ?? {} }));
}

const pseudo = (method: string, path: string) =>
  [':method', method, ':path', path, ':scheme', 'http', ':authority', 'a:1'] as const;
const none = Buffer.alloc(0);

test.each<[string, Exchange['request']]>([
  ['GET /x?y HTTP/1.1\r\nHost: a:1\r\n\r\n', [pseudo('GET', '/x?y'), none]],
  // Bare line feeds, and empty lines in front.
  ['\r\nOPTIONS * HTTP/1.1\nhost:a:1\n\n', [pseudo('OPTIONS', '*'), none]],
  [
    'PUT / HTTP/1.1\r\nX: 1\r\nHost: a:1\r\nContent-Length: 6\r\nY: 2 \r\n\r\n\r\n\r\n\xff\xfe',
    [
      [...pseudo('PUT', '/'), 'x', '1', 'content-length', '6', 'y', '2'],
      Buffer.from('\r\n\r\n\xff\xfe', 'latin1'),
    ],
  ],
])('%j', async (text, wanted) => {
  const both = await exchange([text, Buffer.from(text, 'latin1')]);
  expect(both.map(({ request }) => request)).toEqual([wanted, wanted]);
});

test('requests with the same fields, and others in between, keep their own', async () => {
  const request = (path: string, a: string) =>
    `GET ${path} HTTP/1.1\r\nHost: a:1\r\nA: ${a}\r\n\r\n`;
  const given = [request('/1', 'x'), request('/2', 'y'), request('/3', 'x'), request('/3', 'x')];
  const seen = (await exchange(given)).map(({ request: [fields] }) => [fields[3], fields[9]]);
  expect(seen).toEqual([
    ['/1', 'x'],
    ['/2', 'y'],
    ['/3', 'x'],
    ['/3', 'x'],
  ]);
});

/** Each byte that a value may have, runs of different lengths, and more than a frame takes. */
const values = [
  ...Array.from({ length: 15 }, (_, row) =>
    String.fromCharCode(...Array.from({ length: 16 }, (_, column) => 16 * row + column + 16)),
  ).map((text) => text.replace(/[\0-\x20\x7f]/g, '~')),
  ...[1, 62, 126, 127, 128, 255, 300, 20_000].map((length) =>
    'w8,'.repeat(length).slice(0, length),
  ),
];

test('values of fields are the same there and back, coded by Huffman or not', async () => {
  const requests = values.map((value) => `GET / HTTP/1.1\r\nHost: a\r\nX-Value: ${value}\r\n\r\n`);
  const back = await exchange(requests, (number) => ({ 'X-Value': values[number] as string }));
  expect(back.map(({ request: [fields] }) => fields.at(-1))).toEqual(values);
  expect(back.map(({ response }) => response['x-value'])).toEqual(values);
});

test.each([
  ['GET http://a/ HTTP/1.1\r\n\r\n', 'the target "http://a/"; it begins with /'],
  ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 'the field connection'],
  ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', 'the field transfer-encoding'],
  ['GET / HTTP/1.1\r\nTE: gzip\r\n\r\n', 'the field te'],
  ['GET / HTTP/1.1\r\nno colon\r\n\r\n', 'the header line "no colon"'],
])('%j is refused', (text, what) => {
  const requests = new Http2Requests('https');
  expect(() => requests.convert(text)).toThrow(ScriptError);
  expect(() => requests.convert(text)).toThrow(`HTTP/2 cannot send ${what}`);
});
