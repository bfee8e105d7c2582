/** Where responses end, and whether their connection goes on, whatever pieces they arrive in. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Reading, readResponses, splits } from './read-responses.js';

const head = (...fields: string[]) =>
  `HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const go = (status: number, content = '') => ({ status, keepAlive: true, content });
const last = (status: number, content = '') => ({ status, keepAlive: false, content });

const table: readonly [
  claim: string,
  bytes: string,
  responses: readonly object[],
  reading?: Reading,
][] = [
  ['content of known length', `${head('Content-Length: 5')}hello`, [go(200, 'hello')]],
  ['content of length 0', head('Content-Length: 0'), [go(200)]],
  [
    'a length with leading zeros and spaces around',
    `${head('content-length: \t 0005 \t')}hello`,
    [go(200, 'hello')],
  ],
  [
    'a length given twice alike',
    `${head('Content-Length: 5', 'Content-Length: 5')}hello`,
    [go(200, 'hello')],
  ],
  ['a status line without a reason', 'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n', [go(404)]],
  ['a status above 599', 'HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n', [go(999)]],
  ['lines that end in LF alone', 'HTTP/1.1 200 OK\nX: y\nContent-Length: 2\n\nok', [go(200, 'ok')]],
  [
    'content of lines that look like a head',
    `${head('Content-Length: 17')}HTTP/1.1 200 OK\r\n`,
    [go(200, 'HTTP/1.1 200 OK\r\n')],
  ],
  [
    'a NUL in a value that decides nothing',
    `${head('X: a\0b', 'Content-Length: 2')}ok`,
    [go(200, 'ok')],
  ],
  [
    'names that only begin like the three that count',
    `${head('Content-Lengths: 9', 'Connections: close', 'Transfer: no', 'Content-Length: 2')}ok`,
    [go(200, 'ok')],
  ],
  ['an empty value', `${head('X:', 'Content-Length: 2')}ok`, [go(200, 'ok')]],

  [
    'chunks',
    `${head('Transfer-Encoding: chunked')}5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\n`,
    [go(200, 'hello, world!!!')],
  ],
  [
    'chunks with extensions',
    `${head('Transfer-Encoding: chunked')}5;a="b;c"\r\nhello\r\n0 ;x\r\n\r\n`,
    [go(200, 'hello')],
  ],
  [
    'chunks with trailers',
    `${head('Transfer-Encoding: chunked')}2\r\nok\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n`,
    [go(200, 'ok')],
  ],
  [
    'chunks in LF lines',
    'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n',
    [go(200, 'ok')],
  ],
  ['empty chunked content', `${head('Transfer-Encoding: Chunked')}000\r\n\r\n`, [go(200)]],
  [
    'chunks that hold CRLF',
    `${head('Transfer-Encoding: chunked')}4\r\n\r\n\r\n\r\n0\r\n\r\n`,
    [go(200, '\r\n\r\n')],
  ],
  [
    'chunked as the last of the codings',
    `${head('Transfer-Encoding: gzip, chunked')}2\r\nok\r\n0\r\n\r\n`,
    [go(200, 'ok')],
  ],
  [
    'chunked on a line of its own',
    `${head('Transfer-Encoding: gzip', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`,
    [go(200, 'ok')],
  ],
  [
    'chunked with an empty list element behind it',
    `${head('Transfer-Encoding: chunked, ,')}2\r\nok\r\n0\r\n\r\n`,
    [go(200, 'ok')],
  ],
  [
    'chunks and a length, which is void',
    `${head('Content-Length: 100', 'Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`,
    [go(200, 'ok')],
  ],

  [
    'one response behind a 100',
    `HTTP/1.1 100 Continue\r\n\r\n${head('Content-Length: 2')}ok`,
    [go(200, 'ok')],
  ],
  [
    'one response behind many 1xx',
    'HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\nConnection: close\r\n\r\n'.repeat(3) +
      `${head('Content-Length: 2')}ok`,
    [go(200, 'ok')],
  ],
  ['204, which has no content', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', [go(204)]],
  [
    '304, which has no content',
    'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n',
    [go(304)],
  ],
  ['HEAD, whose response has no content', head('Content-Length: 5'), [go(200)], { toHead: true }],
  [
    'HEAD, whose response names chunks',
    head('Transfer-Encoding: chunked'),
    [go(200)],
    { toHead: true },
  ],
  ['HEAD, whose response has no length', head(), [go(200)], { toHead: true }],
  [
    'three responses in a row',
    `${head('Content-Length: 1')}a${head('Transfer-Encoding: chunked')}1\r\nb\r\n0\r\n\r\n` +
      head('Content-Length: 0'),
    [go(200, 'a'), go(200, 'b'), go(200)],
    { expected: 3 },
  ],

  [
    'content that lasts until the close',
    `${head()}all\r\n\r\nthere is`,
    [last(200, 'all\r\n\r\nthere is')],
    { closes: true },
  ],
  [
    'empty content that lasts until the close',
    head('Connection: keep-alive'),
    [last(200)],
    { closes: true },
  ],
  [
    'a coding that is not chunked, until the close',
    `${head('Transfer-Encoding: gzip', 'Content-Length: 1')}ok`,
    [last(200, 'ok')],
    { closes: true },
  ],

  [
    'HTTP/1.0, whose connection ends',
    'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok',
    [last(200, 'ok')],
  ],
  [
    'HTTP/1.0 with keep-alive',
    'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok',
    [go(200, 'ok')],
  ],
  ['Connection: close', head('Connection: close', 'Content-Length: 0'), [last(200)]],
  ['close in a list', head('Connection: x, Close ,y', 'Content-Length: 0'), [last(200)]],
  [
    'close beside keep-alive',
    head('Connection: keep-alive, close', 'Content-Length: 0'),
    [last(200)],
  ],
  [
    'close on the line before keep-alive',
    head('Connection: close', 'Connection: keep-alive', 'Content-Length: 0'),
    [last(200)],
  ],
  [
    'an option that only ends like close',
    `${head('Connection: x-close', 'Content-Length: 0')}`,
    [go(200)],
  ],
];

test.each(table)('%s is read, in whatever pieces it arrives', (_, bytes, responses, reading) => {
  const whole = readResponses([bytes], reading);
  expect(whole.error).toBeUndefined();
  expect(whole.responses).toEqual(responses);
  const lean = responses.map((response) => ({ ...response, content: '' }));
  for (const pieces of splits(bytes)) {
    expect(readResponses(pieces, reading), JSON.stringify(pieces)).toEqual(whole);
    expect(
      readResponses(pieces, { ...reading, collect: false }).responses,
      JSON.stringify(pieces),
    ).toEqual(lean);
  }
});

test('header names are given as received, and the last of equal ones counts', () => {
  const bytes = head('X-A: 1', 'x-b:  two words ', 'X-A: 3', 'Content-Length: 0');
  expect(readResponses([bytes]).headers).toEqual([
    { 'X-A': '3', 'x-b': 'two words', 'Content-Length': '0' },
  ]);
  expect(readResponses([bytes], { collect: false }).headers).toEqual([{}]);
});

test('a close is proper between responses and after content until the close, not within', () => {
  const proper = (bytes: string) => readResponses([bytes], { closes: true }).proper;
  const whole = `${head('Content-Length: 2')}ok`;
  expect(readResponses([], { expected: 0, closes: true }).proper).toBe(true);
  expect(proper(whole)).toBe(true);
  expect(proper(`${head()}o`)).toBe(true);
  for (let length = 0; length < whole.length; length++)
    expect(proper(whole.slice(0, length))).toBe(false);
  const chunked = `${head('Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\n`;
  for (let length = 0; length < chunked.length; length++)
    expect(proper(chunked.slice(0, length))).toBe(false);
});

const content = fc.string({ unit: 'binary-ascii', maxLength: 60 });
const fields = fc
  .array(fc.stringMatching(/^[A-Za-z-]{1,12}: [ -~]{0,20}$/), { maxLength: 4 })
  .map((lines) =>
    lines.filter((line) => !/^(content-length|transfer-encoding|connection):/i.test(line)),
  );
/** A response as bytes, with its content. */
const response = fc.oneof(
  fc.tuple(fields, content).map(([lines, text]) => ({
    bytes: `${head(...lines, `Content-Length: ${text.length}`)}${text}`,
    text,
  })),
  fc
    .tuple(
      fields,
      fc.array(
        content.filter((text) => text !== ''),
        { maxLength: 4 },
      ),
    )
    .map(([lines, chunks]) => {
      const framed = chunks.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('');
      return {
        bytes: `${head(...lines, 'Transfer-Encoding: chunked')}${framed}0\r\n\r\n`,
        text: chunks.join(''),
      };
    }),
);

test('any row of responses is read alike in any pieces', () => {
  fc.assert(
    fc.property(
      fc.array(response, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(400)),
      (responses, cuts) => {
        const bytes = responses.map((one) => one.bytes).join('');
        const places = [
          0,
          ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((to, n) => bytes.slice(places[n], to));
        const read = readResponses(pieces, { expected: responses.length, closes: true });
        expect(read.responses).toEqual(responses.map(({ text }) => go(200, text)));
        expect(read.proper).toBe(true);
      },
    ),
  );
});
