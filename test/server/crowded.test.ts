/**
 * More clients than places: the connection that is idle longest makes room, no new client goes
 * without a response, and one client's pipeline is not served in one go.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectProblem, startServer, type TestServer } from './harness.js';

const get = request('GET', '/v0/entity?id=k');
const status = request('GET', '/v0/status');

/** A connection that had its last response, on either lane. */
async function idle(server: TestServer, ask = get): Promise<RawConnection> {
  const connection = new RawConnection(server.url);
  await connection.ask(ask);
  return connection;
}

async function busy(server: TestServer): Promise<RawConnection> {
  const running = server.running;
  const connection = new RawConnection(server.url);
  connection.write(`${request('PUT', '/v0/entity?id=k', ['Content-Length: 8'])}half`);
  await expect.poll(() => server.running, { interval: 1 }).toBe(running + 1);
  return connection;
}

test('the connection idle longest makes room for a new one, on whichever lane it is', async () => {
  const server = await startServer({ maxConnections: 4 });
  const open: RawConnection[] = [];
  for (const ask of [get, status, get, status]) open.push(await idle(server, ask));
  // It is not the oldest that goes, but the one that asked last the longest ago.
  expect((await open[0]?.ask(get))?.status).toBe(404);
  for (const goes of [1, 2, 3, 0]) {
    expect((await (await idle(server)).ask(get)).status).toBe(404);
    await open[goes]?.closed;
    expect(open.map(({ isClosed }) => isClosed).filter(Boolean)).toHaveLength(
      [1, 2, 3, 0].indexOf(goes) + 1,
    );
  }
});

test('connections that never sent a byte, or half a header, make room too', async () => {
  const server = await startServer({ maxConnections: 3 });
  const silent = [new RawConnection(server.url), new RawConnection(server.url)];
  const half = new RawConnection(server.url);
  half.write('GET /v0/status HTTP/1.1\r\nHo');
  const later = [await idle(server), await idle(server), await idle(server)];
  await Promise.all([...silent, half].map((connection) => connection.closed));
  for (const connection of later) expect((await connection.ask(get)).status).toBe(404);
});

test('while no connection is idle a new one gets 503, and is closed', async () => {
  const server = await startServer({ maxConnections: 2 });
  const [first, second] = [await busy(server), await busy(server)];
  for (let n = 0; n < 3; n++) {
    const refused = new RawConnection(server.url);
    const answer = await refused.ask(get);
    expectProblem(answer, 503, /as many busy connections as it may/);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('connection')).toBe('close');
    refused.destroy();
  }
  expect((await first.ask('done')).status).toBe(201);
  expect((await (await idle(server)).ask(get)).status).toBe(200);
  expect((await second.ask('done')).status).toBe(201);
});

test('new clients that are refused and stay are cut, so they take few descriptors', async () => {
  const server = await startServer({ maxConnections: 1, lingerMs: 60_000 });
  const only = await busy(server);
  const refused = Array.from({ length: 100 }, () => new RawConnection(server.url));
  for (const connection of refused) expect((await connection.answers(1))[0]?.status).toBe(503);
  await expect.poll(() => refused.filter(({ isClosed }) => !isClosed).length).toBeLessThan(20);
  expect((await only.ask('done')).status).toBe(201);
});

/** Counts the turns of the event loop, which this test shares with the server. */
function countTurns(): () => number {
  let turns = 0;
  let counting = true;
  const count = () => {
    turns++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  return () => {
    counting = false;
    return turns;
  };
}

test('a pipeline is served in several turns of the event loop', async () => {
  const server = await startServer();
  for (const ask of [get, status]) {
    const connection = await idle(server, ask);
    const turns = countTurns();
    connection.write(ask.repeat(960));
    await connection.answers(961);
    expect(turns()).toBeGreaterThanOrEqual(960 / 64);
  }
});

test('chunks of one byte are read in several turns of the event loop', async () => {
  const server = await startServer();
  const connection = await idle(server, status);
  const turns = countTurns();
  connection.write(request('PUT', '/v0/entity?id=k', ['Transfer-Encoding: chunked']));
  connection.write(`${'1\r\nx\r\n'.repeat(20_000)}0\r\n\r\n`);
  expect((await connection.answers(2))[1]?.status).toBe(201);
  expect(turns()).toBeGreaterThanOrEqual(20);
  expect((await connection.ask(get)).body).toBe('x'.repeat(20_000));
});

test('when too many requests wait, long pipelines are cut, not short ones', async () => {
  const server = await startServer({
    maxPipelined: 1000,
    maxQueuedRequests: 100,
    contentGraceMs: 600_000,
  });
  const value = randomBytes(16 * 1024 * 1024);
  await fetch(entityUrl(server.url, 'large'), { method: 'PUT', body: value });
  const large = request('GET', '/v0/entities?start=large');
  const short = new RawConnection(server.url);
  short.pause();
  short.write(large + status.repeat(10));
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  const long = new RawConnection(server.url);
  long.write(large + status.repeat(200));
  await long.closed;
  expect(long.received.length).toBeLessThan(value.length);
  short.resume();
  const answers = await short.answers(11);
  expect(answers.every((answer) => answer.status === 200)).toBe(true);
});
