/**
 * The two lanes against each other: the same bytes get the same responses and end, and do the same
 * to the store.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case } from './cases.js';
import { differing, fuzz } from './fuzz.js';
import { Pair } from './pair.js';

let pair: Pair;
beforeAll(async () => {
  pair = await Pair.start();
});
afterAll(() => pair.close());

test('3 000 cases are told apart by nothing', { timeout: 240_000 }, async () => {
  const cases = 3_000;
  // The same cases each time, so that a failure is the change's. `npm run fuzz:lanes` draws new
  // ones.
  const seed = 20_261_123;
  const { unsteady } = await fuzz(pair, { cases, seed });
  // They come of mutated keys that meet; if they were many, something would hide behind them.
  expect(unsteady).toBeLessThan(cases / 50);
});

const get = 'GET /v0/entity?id=PREFIXa HTTP/1.1\r\nHost: h\r\n\r\n';
const put = 'PUT /v0/entity?id=PREFIXa HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nab\r\ncd';
const remove = 'DELETE /v0/entity?id=PREFIXa&replicas=1/1 HTTP/1.1\r\nHost: h\r\n\r\n';
const streams: [string, string][] = [
  ['plain requests', put + get + remove + get],
  [
    'a chunked PUT between plain ones',
    put +
      put
        .replace('Content-Length: 6', 'Transfer-Encoding: chunked')
        .replace('ab\r\ncd', '1\r\nx\r\n0\r\n\r\n') +
      get,
  ],
  [
    'a status and a range between plain ones',
    `${put}GET /v0/status HTTP/1.1\r\nHost: h\r\n\r\n` +
      `${get}GET /v0/entities?start=PREFIX&end=PREFIX~ HTTP/1.1\r\nHost: h\r\n\r\n${remove}`,
  ],
  [
    'the removal of a range between plain ones',
    `${put}${get}DELETE /v0/entities?prefix=PREFIX HTTP/1.1\r\nHost: h\r\n\r\n${get}${put}`,
  ],
  ['a refused request between plain ones', `${put}${get.replace('id=', 'ID=')}${get}`],
  ['bytes that are no request behind plain ones', `${put}${get}\0garbage`],
  [
    'the last request of a connection, and more behind it',
    `${put}${get.replace('Host: h', 'Host: h\r\nConnection: close')}${remove}`,
  ],
  ['empty lines before and between', `\r\n${put}\r\n\r\n${get}`],
  ['HTTP/1.0', `${put}${get.replace('1.1', '1.0')}${remove}`],
];

test.each(streams)(
  'wherever it is cut, the responses to %s are the same',
  { timeout: 60_000 },
  async (_, bytes) => {
    const cases: Case[] = [];
    const cutAt = (cuts: readonly number[]) => {
      for (const endsAtOnce of [true, false]) cases.push({ bytes, cuts, endsAtOnce });
    };
    for (let at = 1; at < bytes.length; at++) cutAt([at]);
    // And in pieces of one byte, and of a few.
    for (const size of [1, 2, 3, 7, 50])
      cutAt([...bytes].flatMap((_, at) => (at > 0 && at % size === 0 ? [at] : [])));
    for (const number of await differing(pair, cases))
      expect([cases[number], await pair.playAlone(cases[number] as Case)]).toStrictEqual([
        cases[number],
        undefined,
      ]);
  },
);
