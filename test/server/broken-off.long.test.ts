/**
 * Connections that go bad or go away. Whole requests are answered, partial ones are never stored,
 * and no connection stays open.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, parseAnswers, RawConnection, request } from '../support/http.js';
import { expectIdle, expectProblem, startServer, storedKeys } from './harness.js';

test('bytes that are not a request are refused after the requests before them', async () => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const get = request('GET', '/v0/entity?id=k');
  connection.write(`${request('PUT', '/v0/entity?id=k', [], 'v')}${get}${get}garbage\r\n\r\n`);
  await connection.closed;
  const answers = parseAnswers(connection.received);
  expect(answers.map(({ status }) => status)).toStrictEqual([201, 200, 200, 400]);
  expectProblem(answers[3], 400, /not an HTTP\/1\.1 request/);
  expect(answers[3]?.headers.get('connection')).toBe('close');
});

test('a refusal waits for a response that is long and read slowly', async () => {
  const server = await startServer();
  const value = randomBytes(8 * 1024 * 1024);
  await fetch(entityUrl(server.url, 'long'), { method: 'PUT', body: value });
  const connection = new RawConnection(server.url);
  connection.pause();
  const get = request('GET', '/v0/entity?id=long');
  connection.write(`${get}${request('GET', '/v0/status')}garbage\r\n\r\n`);
  await expect.poll(() => server.running, { interval: 5 }).toBeGreaterThan(0);
  connection.resume();
  await connection.closed;
  const answers = parseAnswers(connection.received);
  expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 400]);
  expect(answers[0]?.body === value.toString('latin1')).toBe(true);
});

test('a chunk that is none refuses the PUT it belongs to, once, and stores nothing', async () => {
  const server = await startServer();
  const connection = new RawConnection(server.url);
  connection.write(
    `${request('PUT', '/v0/entity?id=k', ['Transfer-Encoding: chunked'])}1\r\nv\r\n`,
  );
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  connection.write('nonsense\r\n');
  await connection.closed;
  const answers = parseAnswers(connection.received);
  expect(answers).toHaveLength(1);
  expectProblem(answers[0], 400, /not an HTTP\/1\.1 request/);
  expect(await storedKeys(server.url)).toStrictEqual([]);
});

const put = (...fields: string[]) => request('PUT', '/v0/entity?id=k', fields);
const partial = {
  'by length': `${put('Content-Length: 1000')}half`,
  'by length, with an Upgrade field': `${put(
    'Content-Length: 1000',
    'Upgrade: h2c',
    'Connection: Upgrade',
  )}half`,
  'by chunks': `${put('Transfer-Encoding: chunked')}4\r\nhalf\r\n`,
  'within a chunk': `${put('Transfer-Encoding: chunked')}400\r\nhalf`,
};
const ends = {
  goes: (connection: RawConnection) => connection.destroy(),
  resets: (connection: RawConnection) => connection.reset(),
  'stops sending': (connection: RawConnection) => connection.endSending(),
};

test.each(
  Object.entries(partial).flatMap(([name, bytes]) =>
    Object.entries(ends).map(([how, end]): [string, string, string, typeof end] => [
      name,
      how,
      bytes,
      end,
    ]),
  ),
)('a PUT half sent %s by a client that %s is not stored', async (_name, _how, bytes, end) => {
  const server = await startServer();
  const connection = new RawConnection(server.url);
  connection.write(bytes);
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  end(connection);
  await expectIdle(server);
  for (const { status } of parseAnswers(connection.received)) expect(status).toBe(400);
  expect(await storedKeys(server.url)).toStrictEqual([]);
  expect(server.reports).toStrictEqual([]);
});

const long = request('GET', '/v0/entity?id=long');
const range = request('GET', '/v0/entities?start=a');

test.each([
  ['long answers', long.repeat(20)],
  ['a range behind a long answer', long + range],
  ['ranges', range.repeat(20)],
  ['writes behind a long answer', long + request('PUT', '/v0/entity?id=k', [], 'v').repeat(20)],
])(
  'requests in one write of a client that goes without reading are all forgotten: %s',
  async (_, bytes) => {
    const server = await startServer();
    const body = randomBytes(16 * 1024 * 1024);
    await fetch(entityUrl(server.url, 'long'), { method: 'PUT', body });
    const connection = new RawConnection(server.url);
    connection.pause();
    connection.write(bytes);
    await expect.poll(() => server.running, { interval: 5 }).toBeGreaterThan(0);
    connection.reset();
    await expectIdle(server);
    expect(await server.close()).toBe(0);
  },
);

test('requests behind one whose refusal closes the connection are forgotten', async () => {
  const server = await startServer({ maxValueBytes: 1000 });
  const connection = new RawConnection(server.url);
  const tooLong = request('PUT', '/v0/entity?id=k', ['Transfer-Encoding: chunked']);
  const chunk = `7d0\r\n${'v'.repeat(2000)}\r\n`;
  expect((await connection.ask(tooLong + chunk)).status).toBe(413);
  connection.write(`0\r\n\r\n${request('PUT', '/v0/entity?id=behind', [], 'v').repeat(3)}`);
  connection.endSending();
  await connection.closed;
  expect(parseAnswers(connection.received)).toHaveLength(1);
  expect(await storedKeys(server.url)).toStrictEqual([]);
  await expectIdle(server);
});
