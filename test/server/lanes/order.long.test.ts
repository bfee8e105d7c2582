/**
 * One connection over both lanes, and many at once: order, back-pressure, ends and limits hold
 * wherever a request is served.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { entityUrl, parseAnswers, RawConnection, request } from '../../support/http.js';
import { expectIdle, expectProblem, startServer, storedKeys } from '../harness.js';

const MiB = 1024 * 1024;
const entity = '/v0/entity?id=k';
const get = request('GET', entity);
const put = (value: string) => request('PUT', entity, [], value);
const chunkedPut = (value: string) =>
  request('PUT', entity, ['Transfer-Encoding: chunked']) +
  `${value.length.toString(16)}\r\n${value}\r\n0\r\n\r\n`;
const statuses = (connection: RawConnection) =>
  parseAnswers(connection.received).map(({ status }) => status);

test.each([
  ['plain ones', put],
  ['chunked ones, which the full lane serves', chunkedPut],
])('each GET behind a PUT sees it, over hundreds of PUTs in one write: %s', async (_, write) => {
  const { url } = await startServer();
  const connection = new RawConnection(url);
  const rounds = Array.from({ length: 300 }, (_, round) => `value ${round}`);
  connection.write(rounds.map((value) => put(`not ${value}`) + get + write(value) + get).join(''));
  const answers = await connection.answers(4 * rounds.length);
  expect(answers.map(({ status, body }) => [status, body])).toStrictEqual(
    rounds.flatMap((value) => [
      [201, ''],
      [200, `not ${value}`],
      [201, ''],
      [200, value],
    ]),
  );
});

test('plain requests around a range are answered in order, in any pieces', async () => {
  const { url } = await startServer();
  const bytes =
    put('one') +
    get +
    request('GET', '/v0/entities?start=a') +
    put('two') +
    get +
    request('DELETE', entity) +
    get;
  for (const size of [bytes.length, 200, 31, 1]) {
    const connection = new RawConnection(url);
    for (let at = 0; at < bytes.length; at += size) {
      connection.write(bytes.slice(at, at + size));
      await sleep(0);
    }
    const answers = await connection.answers(7);
    expect(
      answers.map(({ status, body }) => `${status} ${status === 404 ? '' : body}`),
    ).toStrictEqual(['201 ', '200 one', '200 k\none', '201 ', '200 two', '202 ', '404 ']);
  }
});

test('an unread pipeline of large values holds one at most, and others are served', async () => {
  const server = await startServer({ maxContentBytesInMemory: 40 * MiB });
  const body = randomBytes(4 * MiB);
  await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body });
  const slow = Array.from({ length: 4 }, () => new RawConnection(server.url));
  for (const connection of slow) {
    connection.pause();
    connection.write(get.repeat(500));
  }
  await expect.poll(() => server.running, { interval: 5 }).toBeGreaterThanOrEqual(slow.length);
  // Four times 500 values would not fit; four do, with room for ours.
  for (let round = 0; round < 10; round++) {
    const got = await fetch(entityUrl(server.url, 'k'));
    expect([got.status, (await got.arrayBuffer()).byteLength]).toStrictEqual([200, body.length]);
  }
  slow[0]?.resume();
  const first = await slow[0]?.answers(4);
  expect(
    first?.every((answer) => answer.status === 200 && answer.body.length === body.length),
  ).toBe(true);
  for (const connection of slow) connection.reset();
  await expectIdle(server);
});

test('half a plain request is refused after the responses before it, and not stored', async () => {
  const { url } = await startServer();
  for (const [part, refusals] of [
    ['', []],
    [request('PUT', '/v0/entity?id=half', [], 'value').slice(0, -1), [400]],
    [request('PUT', '/v0/entity?id=half', [], 'value').slice(0, 30), [400]],
    ['P', [400]],
  ] as const) {
    const connection = new RawConnection(url);
    connection.write(put('v') + get + part);
    connection.endSending();
    await connection.closed;
    expect(statuses(connection)).toStrictEqual([201, 200, ...refusals]);
  }
  expect(await storedKeys(url)).toStrictEqual(['k']);
});

test('clients that reset mid-response or with writes under way leave nothing behind', async () => {
  const server = await startServer({ maxContentBytesInMemory: 64 * MiB });
  await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body: randomBytes(3 * MiB) });
  for (let round = 0; round < 30; round++) {
    const connection = new RawConnection(server.url);
    connection.write(
      round % 2 === 0 ? get.repeat(5) : request('PUT', '/v0/entity?id=w', [], 'v').repeat(5),
    );
    await sleep(round % 5);
    connection.reset();
  }
  await expectIdle(server);
  expect((await (await fetch(entityUrl(server.url, 'k'))).arrayBuffer()).byteLength).toBe(3 * MiB);
  expect(await server.close()).toBe(0);
  expect(server.reports).toStrictEqual([]);
});

test('a server that stops answers a running plain PUT and closes idle connections', async () => {
  // Longer than the test may take: a close that waits for it fails.
  const server = await startServer({ drainMs: 600_000 });
  const idle = new RawConnection(server.url);
  expect((await idle.ask(get)).status).toBe(404);
  const busy = Array.from({ length: 10 }, () => new RawConnection(server.url));
  for (const connection of busy) expect((await connection.ask(put('v'))).status).toBe(201);
  for (const connection of busy) connection.write(put('w').repeat(3));
  await expect.poll(() => server.running, { interval: 0 }).toBeGreaterThan(0);
  expect(await server.close()).toBe(0);
  await Promise.all([idle, ...busy].map((connection) => connection.closed));
  for (const connection of busy) {
    const answers = parseAnswers(connection.received);
    // Each connection was told that it ends, by whichever answer was its last.
    const last = answers.at(-1);
    if (answers.length < 4) expect(last?.headers.get('connection')).toBe('close');
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, 503, /stopping/);
  }
});

test('a plain request while the server stops is a 503 and ends its connection', async () => {
  const server = await startServer({ drainMs: 10_000 });
  const idle = new RawConnection(server.url);
  expect((await idle.ask(get)).status).toBe(404);
  const half = new RawConnection(server.url);
  half.write(request('PUT', entity, ['Content-Length: 2']));
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  const closed = server.close();
  const answer = await idle.ask(get);
  expectProblem(answer, 503, /stopping/);
  expect([answer.headers.get('connection'), answer.headers.get('retry-after')]).toStrictEqual([
    'close',
    '1',
  ]);
  await idle.closed;
  expect((await half.ask('ok')).headers.get('connection')).toBe('close');
  expect(await closed).toBe(0);
});

test('half a head behind plain requests is a 408, and keep-alive cuts none short', async () => {
  const { url } = await startServer({ headerTimeoutMs: 300, keepAliveMs: 200 });
  const connection = new RawConnection(url);
  connection.write(`${put('v')}${get}GET /v0/entity?id=k HTTP/1.1\r\n`);
  await connection.closed;
  expect(statuses(connection)).toStrictEqual([201, 200, 408]);
});

test('a connection that is idle behind plain requests is closed without a word', async () => {
  const { url } = await startServer({ keepAliveMs: 1000 });
  const connection = new RawConnection(url);
  for (let round = 0; round < 3; round++) expect((await connection.ask(put('v'))).status).toBe(201);
  await connection.closed;
  expect(statuses(connection)).toStrictEqual([201, 201, 201]);
});

test('a reader that takes nothing of a plain answer is cut after its time', async () => {
  const server = await startServer({
    stallMs: 3000,
    headerTimeoutMs: 3000,
    requestTimeoutMs: 3000,
  });
  await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body: randomBytes(16 * MiB) });
  const connection = new RawConnection(server.url);
  connection.pause();
  connection.write(get);
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  await expectIdle(server);
  connection.resume();
  await connection.closed;
  expect(connection.received.length).toBeLessThan(16 * MiB);
});
