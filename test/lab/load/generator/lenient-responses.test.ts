/** Responses that are old or odd, and that wrk, curl and fetch take: so does the load generator. */
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
  [
    'fields folded over several lines, each end of line behind them',
    `${head('X: a', ' b', '\tc: d', 'Content-Length:', ' 2', ' ')}ok`,
    [go(200, 'ok')],
  ],
  [
    'a length that is folded, in LF lines',
    'HTTP/1.1 200 OK\nContent-Length:\n 2\n\nok',
    [go(200, 'ok')],
  ],
  [
    'a coding that is folded',
    `${head('Transfer-Encoding:', '\tgzip,', '\tchunked')}2\r\nok\r\n0\r\n\r\n`,
    [go(200, 'ok')],
  ],
  ['close on a folded line', head('Content-Length: 0', 'Connection: x,', ' close'), [last(200)]],
  [
    'empty lines behind the content',
    `${head('Content-Length: 2')}ok\r\n${head('Content-Length: 2')}ok\r\n\n`,
    [go(200, 'ok'), go(200, 'ok')],
    { expected: 2 },
  ],
  ['empty lines before the head', `\r\n\r\n${head('Content-Length: 2')}ok`, [go(200, 'ok')]],
  [
    'responses of which some are to HEAD',
    `${head('Content-Length: 2')}${head('Content-Length: 2')}ok${head('Content-Length: 2')}`,
    [go(200), go(200, 'ok'), go(200)],
    { expected: 3, toHead: [true, false, true] },
  ],
];

test.each(table)('%s: taken, in whatever pieces', (_, bytes, responses, reading) => {
  const lean = responses.map((response) => ({ ...response, content: '' }));
  for (const pieces of [[bytes], ...splits(bytes)]) {
    const { error, responses: read } = readResponses(pieces, reading);
    expect({ error, read }, JSON.stringify(pieces)).toEqual({ error: undefined, read: responses });
    expect(readResponses(pieces, { ...reading, collect: false }).responses).toEqual(lean);
  }
});

test('a folded field is one, with a space for each end of line', () => {
  const { headers } = readResponses([head('X: a', '  b', '\tc', 'Content-Length: 0', ' ')]);
  expect(headers).toEqual([{ X: 'a b c', 'Content-Length': '0' }]);
});

test('a 408 that no request waits for says that the connection is closed, in any pieces', () => {
  const idle = 'HTTP/1.0 408 Request Time-out\r\nConnection: close\r\n\r\n';
  const whole = `${head('Content-Length: 2')}ok\r\n${idle}`;
  for (const pieces of [[whole], ...splits(whole)]) {
    const { responses, error, idleTimeouts } = readResponses(pieces);
    expect({ responses, error }).toEqual({ responses: [go(200, 'ok')], error: undefined });
    expect(idleTimeouts, JSON.stringify(pieces)).toBeGreaterThan(0);
  }
  // A request that was sent before all of it came is answered by it.
  const begun = { expected: 0, later: 1 } as const;
  const late = readResponses(['HTTP/1.1 40', '8 Late\r\nContent-Length: 0\r\n\r\n'], begun);
  expect(late).toMatchObject({ responses: [go(408)], idleTimeouts: 0 });
});
