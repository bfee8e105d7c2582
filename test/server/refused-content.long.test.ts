/**
 * Content that is too long or too slow is cut off. The client still reads why, although it is not
 * done sending.
 */
import { expect, test } from 'vitest';
import { entityUrl, parseAnswers, RawConnection, request } from '../support/http.js';
import { expectIdle, expectProblem, rawOf, startServer, storedKeys } from './harness.js';

const KiB = 1024;
const entity = '/v0/entity?id=k';

/** Sends pieces for as long as the connection takes them, or until so many are sent. */
async function sendOn(connection: RawConnection, piece: string, most: number): Promise<number> {
  let sent = 0;
  for (; sent < most && !connection.isClosed; sent++) {
    const waiting = connection.write(piece);
    await new Promise((resolve) => setTimeout(resolve, waiting > 1024 * KiB ? 10 : 0));
  }
  return sent;
}

const piece = 'v'.repeat(64 * KiB);

test.each([
  ['by its length', request('PUT', entity, [`Content-Length: ${200 * 64 * KiB}`]), piece],
  [
    'by its chunks',
    request('PUT', entity, ['Transfer-Encoding: chunked']),
    `10000\r\n${piece}\r\n`,
  ],
])(
  'a value too long %s is a 413 even for a client that sends all its 12 MiB before it reads',
  async (_, head, more) => {
    const { url } = await startServer({ maxValueBytes: 1000 });
    const connection = new RawConnection(url);
    // Like a client that sends all before it reads. A reset by then would take the response away.
    connection.pause();
    connection.write(head);
    expect(await sendOn(connection, more, 200)).toBe(200);
    connection.resume();
    const [answer] = await connection.answers(1);
    expectProblem(answer, 413, /at most 1000 bytes/);
    expect(answer?.headers.get('connection')).toBe('close');
    expect(await storedKeys(url)).toStrictEqual([]);
  },
);

test('fetch reads the 413 of a value too long', async () => {
  const { url } = await startServer({ maxValueBytes: 1000 });
  for (let round = 0; round < 5; round++) {
    const response = await fetch(entityUrl(url, 'k'), {
      method: 'PUT',
      body: new Uint8Array(8 << 20),
    });
    expectProblem(await rawOf(response), 413, /at most 1000 bytes/);
  }
});

test('a client that never stops sending is cut off, however much it sends', async () => {
  const server = await startServer({ maxValueBytes: 1000, lingerMs: 300 });
  const connection = new RawConnection(server.url);
  connection.write(request('PUT', entity, ['Transfer-Encoding: chunked']));
  expect(await sendOn(connection, `10000\r\n${piece}\r\n`, 100_000)).toBeLessThan(100_000);
  await connection.closed;
  await expectIdle(server);
});

test.each([
  ['a header', 'GET /v0/entity?id=k HTTP/1.1\r\nHost: '],
  ['a request line', 'GET'],
  ['nothing at all', ''],
])('%s that does not go on is a 408', async (_, bytes) => {
  const server = await startServer({ headerTimeoutMs: 200 });
  const connection = new RawConnection(server.url);
  connection.write(bytes);
  await connection.closed;
  const answers = parseAnswers(connection.received);
  expect(answers).toHaveLength(1);
  expectProblem(answers[0], 408, /in time/);
  expect(answers[0]?.headers.get('connection')).toBe('close');
});

test('a header sent byte by byte for too long is a 408', async () => {
  const server = await startServer({ headerTimeoutMs: 200 });
  const connection = new RawConnection(server.url);
  connection.write('GET /v0/status HTTP/1.1\r\nA: ');
  const sendOne = () => connection.write('b') >= 0 && connection.isClosed;
  await expect.poll(sendOne, { timeout: 20_000, interval: 20 }).toBe(true);
  expectProblem(parseAnswers(connection.received)[0], 408, /in time/);
});

test.each([
  ['by its length', request('PUT', entity, ['Content-Length: 1000']), 'v'],
  ['by its chunks', request('PUT', entity, ['Transfer-Encoding: chunked']), '1\r\nv\r\n'],
])('content that comes too slowly %s is a 408, and nothing is stored', async (_, head, more) => {
  const server = await startServer({ headerTimeoutMs: 200, requestTimeoutMs: 300 });
  const connection = new RawConnection(server.url);
  connection.write(head);
  const sendOne = () => connection.write(more) >= 0 && connection.isClosed;
  await expect.poll(sendOne, { timeout: 20_000, interval: 20 }).toBe(true);
  const answers = parseAnswers(connection.received);
  expect(answers).toHaveLength(1);
  expectProblem(answers[0], 408, /in time/);
  expect(await storedKeys(server.url)).toStrictEqual([]);
  await expectIdle(server);
});

test('a connection without a request is closed without a word after its time', async () => {
  const { url } = await startServer({ keepAliveMs: 1000, headerTimeoutMs: 500 });
  const connection = new RawConnection(url);
  const get = request('GET', '/v0/status');
  for (let round = 0; round < 3; round++) expect((await connection.ask(get)).status).toBe(200);
  await connection.closed;
  expect(parseAnswers(connection.received)).toHaveLength(3);
});
