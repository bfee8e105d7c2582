/**
 * Ends of connections that node:http leaves to its user. Each once ended the server, or kept a
 * request for ever.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, startServer } from './harness.js';

const connectRequest = 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n';
const statusOf = async (url: string) => (await fetch(`${url}/v0/status`)).status;

test('a client that asks for a tunnel and resets the connection harms nobody', async () => {
  const server = await startServer();
  for (let n = 0; n < 20; n++) {
    const connection = new RawConnection(server.url);
    connection.write(connectRequest);
    if (n % 2 === 0) await sleep(2);
    connection.reset();
    await connection.closed;
  }
  expect(await statusOf(server.url)).toBe(200);
  await expectIdle(server);
});

test('a tunnel asked for behind an unread range does not hold up the close', async () => {
  const server = await startServer({ drainMs: 200, lingerMs: 1000, stallMs: 120_000 });
  for (let n = 0; n < 5; n++)
    await fetch(entityUrl(server.url, `k${n}`), {
      method: 'PUT',
      body: randomBytes(4 * 1024 ** 2),
    });
  const connection = new RawConnection(server.url);
  connection.pause();
  connection.write(request('GET', '/v0/entities?start=k'));
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  connection.write(connectRequest);
  await server.close();
});

test('requests behind a range to an HTTP/1.0 client, which ends it, keep no memory', async () => {
  const value = randomBytes(100_000);
  const server = await startServer({
    maxValueBytes: value.length,
    maxContentBytesInMemory: 2 * value.length,
  });
  await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body: value });
  const range = 'GET /v0/entities?start=k HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
  for (let n = 0; n < 4; n++) {
    const connection = new RawConnection(server.url);
    connection.write(
      range + request('GET', '/v0/entity?id=k') + request('PUT', '/v0/entity?id=late', [], 'x'),
    );
    await connection.closed;
  }
  await expectIdle(server);
  expect((await fetch(entityUrl(server.url, 'k'))).status).toBe(200);
  expect((await fetch(entityUrl(server.url, 'late'))).status).toBe(404);
});
