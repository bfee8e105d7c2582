/** A request of HTTP/1.1 as HTTP/2 says it, and those that it cannot say. */
import { expect, test } from 'vitest';
import { Http2Requests } from '#dist/lab/load/http/http2/http2-request.js';
import { ScriptError } from '#dist/lab/load/load-errors.js';

const requests = new Http2Requests('https');
/** Fields of a request as a server reads them, and its content. */
const sent = (from: string | Uint8Array) => {
  const { block, content } = requests.convert(from);
  const fields = decodedBlock(block);
  return [...fields, content === undefined ? undefined : Buffer.from(content as string, 'latin1')];
};
const pseudo = (method: string, path: string) => [
  [':method', method],
  [':path', path],
  [':scheme', 'https'],
  [':authority', 'a:1'],
];

test.each([
  ['GET /x?y HTTP/1.1\r\nHost: a:1\r\n\r\n', [...pseudo('GET', '/x?y'), undefined]],
  // Bare line feeds, and empty lines in front.
  ['\r\nOPTIONS * HTTP/1.1\nhost:a:1\n\n', [...pseudo('OPTIONS', '*'), undefined]],
  [
    'PUT / HTTP/1.1\r\nX: 1\r\nHost: a:1\r\nContent-Length: 6\r\nx: 2 \r\n\r\n\r\n\r\n\xff\xfe',
    [
      ...pseudo('PUT', '/'),
      ['x', '1'],
      ['content-length', '6'],
      ['x', '2'],
      Buffer.from('\r\n\r\n\xff\xfe', 'latin1'),
    ],
  ],
])('%j', (text, wanted) => {
  expect(sent(text)).toEqual(wanted);
  expect(sent(Buffer.from(text, 'latin1'))).toEqual(wanted);
});

test('fields that are kept for the next request stay those of their own', () => {
  const head = 'HTTP/1.1\r\nHost: a:1\r\n';
  expect(converted(`GET /1 ${head}A: 1\r\n\r\n`)).toMatchObject({ ':path': '/1', a: '1' });
  expect(converted(`PUT /2 ${head}A: 2\r\n\r\n`)).toMatchObject({ ':method': 'PUT', a: '2' });
  expect(converted(`GET /3 ${head}A: 1\r\n\r\nx`)).toMatchObject({ ':path': '/3', content: 'x' });
});

test.each([
  ['GET http://a/ HTTP/1.1\r\n\r\n', 'the target "http://a/"; it begins with /'],
  ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 'the field connection'],
  ['GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', 'the field transfer-encoding'],
  ['GET / HTTP/1.1\r\nTE: gzip\r\n\r\n', 'the field te'],
  ['GET / HTTP/1.1\r\nno colon\r\n\r\n', 'the header line "no colon"'],
])('%j is refused', (text, what) => {
  expect(() => requests.convert(text)).toThrow(ScriptError);
  expect(() => requests.convert(text)).toThrow(`HTTP/2 cannot send ${what}`);
});
