/** A range that is longer than what its reader takes at once: slow readers, and gone ones. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, startServer, storedKeys } from './harness.js';

const MiB = 1024 * 1024;
const name = (number: number) => String(number).padStart(4, '0');

test('a reader that stops is sent the rest when it goes on, and holds nobody up', async () => {
  const server = await startServer();
  const values = Array.from({ length: 12 }, () => randomBytes(MiB));
  for (const [at, body] of values.entries())
    await fetch(entityUrl(server.url, name(at)), { method: 'PUT', body });
  const connection = new RawConnection(server.url);
  connection.pause();
  connection.write(request('GET', '/v0/entities?start=0'));
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  expect((await fetch(entityUrl(server.url, 'other'), { method: 'PUT', body: 'v' })).status).toBe(
    201,
  );
  expect(server.running).toBe(1);
  connection.resume();
  const [answer] = await connection.answers(1);
  const chunks = answer?.chunks?.slice(0, 12) ?? [];
  for (const [at, value] of values.entries())
    expect(chunks[at] === `${name(at)}\n${value.toString('latin1')}`).toBe(true);
  await expectIdle(server);
});

test.each([
  ['goes', {}, (connection: RawConnection) => connection.reset()],
  [
    'stands still for too long',
    { stallMs: 1000, requestTimeoutMs: 500, headerTimeoutMs: 500 },
    () => {},
  ],
])('a reader that %s halfway is forgotten, and the server goes on', async (_, limits, leave) => {
  const server = await startServer(limits);
  const body = randomBytes(2 * MiB);
  for (let at = 0; at < 6; at++)
    await fetch(entityUrl(server.url, name(at)), { method: 'PUT', body });
  const connections = Array.from({ length: 3 }, () => new RawConnection(server.url));
  for (const connection of connections) {
    connection.pause();
    connection.write(request('GET', '/v0/entities?start=0'));
  }
  await expect.poll(() => server.running, { interval: 1 }).toBe(3);
  for (const connection of connections) leave(connection);
  await expectIdle(server);
  expect(await storedKeys(server.url)).toHaveLength(6);
  expect(server.reports).toStrictEqual([]);
});
