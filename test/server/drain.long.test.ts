/**
 * A server that stops finishes the requests it has begun and takes no new ones. It never waits for
 * ever.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectProblem, rawOf, startServer, storedKeys } from './harness.js';

const head = request('PUT', '/v0/entity?id=k', ['Content-Length: 8']);

/** A connection with half a PUT on it that the server has begun. */
async function halfPut(
  server: { url: string; running: number },
  bytes = `${head}half`,
): Promise<RawConnection> {
  const connection = new RawConnection(server.url);
  connection.write(bytes);
  await expect.poll(() => server.running, { interval: 5 }).toBeGreaterThan(0);
  return connection;
}

test('a PUT that was begun is finished and kept, and new requests get 503', async () => {
  const server = await startServer({ drainMs: 20_000 });
  const idle = new RawConnection(server.url);
  expect((await idle.ask(request('GET', '/v0/status'))).status).toBe(200);
  const connection = await halfPut(server);
  const closed = server.close();
  for (const target of ['/v0/status', '/v0/entity?id=k', '/v0/entities?start=k']) {
    const answer = await rawOf(await fetch(`${server.url}${target}`));
    expectProblem(answer, 503, /stopping/);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.headers.get('connection')).toBe('close');
  }
  const refused = await rawOf(
    await fetch(entityUrl(server.url, 'new'), { method: 'PUT', body: 'v' }),
  );
  expectProblem(refused, 503, /stopping/);
  expectProblem(await idle.ask(request('GET', '/v0/status')), 503, /stopping/);
  expect((await connection.ask('done')).status).toBe(201);
  expect(await closed).toBe(0);
  await expect(fetch(`${server.url}/v0/status`)).rejects.toThrow();
  const next = await startServer({}, server.directory);
  expect(await storedKeys(next.url)).toStrictEqual(['k']);
  expect(await (await fetch(entityUrl(next.url, 'k'))).text()).toBe('halfdone');
});

test('requests that never finish are cut off in time, counted, and not stored', async () => {
  const server = await startServer({ drainMs: 300 });
  const connections = [await halfPut(server), await halfPut(server)];
  await expect.poll(() => server.running, { interval: 5 }).toBe(2);
  expect(await server.close()).toBe(2);
  for (const connection of connections) {
    await connection.closed;
    expect(connection.received).toBe('');
  }
  const next = await startServer({}, server.directory);
  expect(await storedKeys(next.url)).toStrictEqual([]);
});

/** A server with a large value, and a connection that has asked for it and does not read. */
async function slowReader(target: string) {
  const server = await startServer({ drainMs: 600_000 });
  const value = randomBytes(12 * 1024 * 1024);
  await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body: value });
  const connection = new RawConnection(server.url);
  connection.pause();
  connection.write(request('GET', target));
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  return { server, value: value.toString('latin1'), connection };
}

test('a response under way is finished for its reader', async () => {
  const { server, value, connection } = await slowReader('/v0/entities?start=k');
  const closed = server.close();
  connection.resume();
  const [answer] = await connection.answers(1);
  expect(answer?.chunks?.[0] === `k\n${value}`).toBe(true);
  expect(await closed).toBe(0);
});

test('a response under way is whole for a slow reader that sent garbage behind', async () => {
  const { server, value, connection } = await slowReader('/v0/entity?id=k');
  // To close with unread bytes resets a connection, and what was on its way is lost.
  connection.write('x'.repeat(300_000));
  const closed = server.close();
  connection.resume();
  await connection.closed;
  expect(connection.received.includes(value)).toBe(true);
  expect(await closed).toBe(0);
});

test('a client that does not go holds a close up for lingerMs, and not for ever', async () => {
  const server = await startServer({ drainMs: 600_000, lingerMs: 500 });
  const connection = new RawConnection(server.url);
  connection.pause();
  connection.write('no request\r\n\r\n');
  // Two round trips, so that the server has refused it.
  for (let i = 0; i < 2; i++) await fetch(`${server.url}/v0/status`);
  expect(await server.close()).toBe(0);
});

test('after a close in the midst of many writes, exactly the acknowledged are there', async () => {
  const server = await startServer({ drainMs: 20_000 });
  const connections = Array.from({ length: 20 }, () => new RawConnection(server.url));
  for (const [at, connection] of connections.entries())
    connection.write(
      Array.from({ length: 50 }, (_, n) =>
        request('PUT', `/v0/entity?id=${at}-${n}`, [], 'v'),
      ).join(''),
    );
  await connections[0]?.answers(3);
  expect(await server.close()).toBe(0);
  await Promise.all(connections.map((connection) => connection.closed));
  const acknowledged = connections.flatMap((connection, at) => {
    const count = connection.received.split('HTTP/1.1 201 ').length - 1;
    return Array.from({ length: count }, (_, n) => `${at}-${n}`);
  });
  expect(acknowledged.length).toBeGreaterThanOrEqual(3);
  const next = await startServer({}, server.directory);
  expect(await storedKeys(next.url)).toStrictEqual(acknowledged.toSorted());
});

test.each([
  ['idle after a request', request('GET', '/v0/status')],
  ['that sent nothing', ''],
  ['that sent half a header', 'GET /v0/status HTTP/1.1\r\nHo'],
])('a connection %s does not hold a close up', async (_, bytes) => {
  // Longer than the test may take: a close that waits for it fails.
  const server = await startServer({ drainMs: 600_000 });
  const connections = Array.from({ length: 5 }, () => new RawConnection(server.url));
  for (const connection of connections) connection.write(bytes);
  if (bytes.endsWith('\r\n\r\n')) for (const connection of connections) await connection.answers(1);
  // One round trip, so that the server knows of them all.
  expect((await fetch(`${server.url}/v0/status`)).status).toBe(200);
  expect(await server.close()).toBe(0);
  await Promise.all(connections.map((connection) => connection.closed));
});

test('closing twice is closing once: both see the same end', async () => {
  const server = await startServer({ drainMs: 200 });
  await halfPut(server);
  const [first, second] = [server.close(), server.close()];
  expect(await first).toBe(1);
  expect(await second).toBe(1);
  expect(await server.close()).toBe(1);
});

test('a closed directory can be served again, by the same process', async () => {
  const first = await startServer();
  await fetch(entityUrl(first.url, 'k'), { method: 'PUT', body: 'v' });
  await first.close();
  const second = await startServer({}, first.directory);
  expect(await (await fetch(entityUrl(second.url, 'k'))).text()).toBe('v');
});
