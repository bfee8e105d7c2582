/**
 * Content waits for room in memory instead of being refused, small requests do not wait, and a
 * client that holds memory must move what it holds.
 */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Limits } from '../../src/config/limits.js';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, expectProblem, startServer, type TestServer } from './harness.js';

const MiB = 1024 * 1024;

/** Room for one large value, and for as long a wait as a test takes. */
const roomForOne: Partial<Limits> = {
  maxValueBytes: 16 * MiB,
  maxContentBytesInMemory: 20 * MiB,
  maxQueuedBytes: 17 * MiB,
  contentQueueMs: 100_000,
};

async function put(base: string, key: string, body: Uint8Array | string): Promise<number> {
  return (await fetch(entityUrl(base, key), { method: 'PUT', body })).status;
}

/** A client that asked for a large value and takes nothing of it. */
async function slowReader(server: TestServer): Promise<RawConnection> {
  const before = server.running;
  const slow = new RawConnection(server.url);
  slow.pause();
  slow.write(request('GET', '/v0/entity?id=large'));
  await expect.poll(() => server.running, { interval: 1 }).toBe(before + 1);
  return slow;
}

/** A PUT of a large value that waits for room. It asks for 100 Continue, which says when it has. */
async function waitingPut(server: TestServer, bytes = 16 * MiB): Promise<RawConnection> {
  const before = server.running;
  const connection = new RawConnection(server.url);
  const fields = ['Expect: 100-continue', `Content-Length: ${bytes}`];
  connection.write(request('PUT', '/v0/entity?id=late', fields));
  await expect.poll(() => server.running, { interval: 1 }).toBe(before + 1);
  return connection;
}

test('large PUTs at once, of which two fit, all get 201', async () => {
  const { url } = await startServer({
    maxValueBytes: MiB,
    maxContentBytesInMemory: 2 * MiB,
    maxQueuedBytes: MiB + 1024,
    contentQueueMs: 100_000,
  });
  const value = randomBytes(MiB);
  const keys = Array.from({ length: 24 }, (_, number) => `k${number}`);
  const statuses = await Promise.all(keys.map((key) => put(url, key, value)));
  expect(statuses).toStrictEqual(keys.map(() => 201));
  for (const key of keys) {
    const read = Buffer.from(await (await fetch(entityUrl(url, key))).arrayBuffer());
    expect(read.equals(value)).toBe(true);
  }
});

test('a PUT waits for its room before it is read; small requests and status do not', async () => {
  const server = await startServer(roomForOne);
  expect(await put(server.url, 'large', randomBytes(16 * MiB))).toBe(201);
  const slow = await slowReader(server);
  const waiting = await waitingPut(server);
  for (let n = 0; n < 3; n++) {
    expect(await put(server.url, 'small', 'v'.repeat(60_000))).toBe(201);
    expect((await (await fetch(entityUrl(server.url, 'small'))).text()).length).toBe(60_000);
    expect((await fetch(`${server.url}/v0/status`)).status).toBe(200);
  }
  expect(waiting.received).toBe('');
  slow.reset();
  expect((await waiting.answers(1))[0]?.status).toBe(100);
  waiting.write('v'.repeat(16 * MiB));
  expect((await waiting.answers(2))[1]?.status).toBe(201);
});

test('GETs of a large value, of which two fit, wait for readers that go', async () => {
  const server = await startServer({ ...roomForOne, maxContentBytesInMemory: 33 * MiB });
  const value = randomBytes(16 * MiB);
  expect(await put(server.url, 'large', value)).toBe(201);
  const slow = [await slowReader(server), await slowReader(server)];
  const readers = [await slowReader(server), await slowReader(server), await slowReader(server)];
  for (const connection of slow) connection.reset();
  for (const reader of readers) {
    reader.resume();
    expect((await reader.answers(1))[0]?.body === value.toString('latin1')).toBe(true);
  }
  await expectIdle(server);
});

test('content that waits too long gets 503, and so does what comes behind too many', async () => {
  const server = await startServer({ ...roomForOne, contentQueueMs: 300, maxQueuedContents: 1 });
  expect(await put(server.url, 'large', randomBytes(16 * MiB))).toBe(201);
  await slowReader(server);
  const [waits, refused] = [await waitingPut(server), new RawConnection(server.url)];
  const fields = ['Expect: 100-continue', `Content-Length: ${16 * MiB}`];
  expectProblem(
    await refused.ask(request('PUT', '/v0/entity?id=refused', fields)),
    503,
    /content in memory/,
  );
  const late = await waits.answers(1);
  expectProblem(late[0], 503, /content in memory/);
  expect(late[0]?.headers.get('retry-after')).toBe('1');
});

test('a client that leaves while it waits leaves its place to the next one', async () => {
  const server = await startServer({ ...roomForOne, maxQueuedContents: 1 });
  expect(await put(server.url, 'large', randomBytes(16 * MiB))).toBe(201);
  const slow = await slowReader(server);
  const leaves = await waitingPut(server);
  leaves.reset();
  await expect.poll(() => server.running, { interval: 5 }).toBe(1);
  const stays = await waitingPut(server);
  slow.reset();
  expect((await stays.answers(1))[0]?.status).toBe(100);
  stays.reset();
  await expectIdle(server);
  expect(await put(server.url, 'large', randomBytes(16 * MiB))).toBe(201);
});

test('content in chunks waits too when it outgrows the room', async () => {
  const server = await startServer(roomForOne);
  expect(await put(server.url, 'large', randomBytes(16 * MiB))).toBe(201);
  const slow = await slowReader(server);
  const connection = new RawConnection(server.url);
  connection.write(request('PUT', '/v0/entity?id=k', ['Transfer-Encoding: chunked']));
  const chunk = `${MiB.toString(16)}\r\n${'v'.repeat(MiB)}\r\n`;
  connection.write(chunk.repeat(8));
  for (let n = 0; n < 20; n++) expect((await fetch(`${server.url}/v0/status`)).status).toBe(200);
  expect(connection.received).toBe('');
  slow.reset();
  connection.write('0\r\n\r\n');
  expect((await connection.answers(1))[0]?.status).toBe(201);
  expect((await (await fetch(entityUrl(server.url, 'k'))).text()).length).toBe(8 * MiB);
});

test('a reader that is too slow is cut, so that another one is served', async () => {
  const server = await startServer({ ...roomForOne, contentGraceMs: 300 });
  const value = randomBytes(16 * MiB);
  expect(await put(server.url, 'large', value)).toBe(201);
  const slow = await slowReader(server);
  expect(await put(server.url, 'other', value)).toBe(201);
  slow.resume();
  await slow.closed;
  expect(slow.received.length).toBeLessThan(16 * MiB);
});

test.each([
  ['by length', ['Content-Length: 1000'], 'half'],
  ['in chunks', ['Transfer-Encoding: chunked'], '4\r\nhalf\r\n'],
])('a sender that is too slow gets 408, and its memory is free: %s', async (_, fields, bytes) => {
  const server = await startServer({ contentGraceMs: 200 });
  const slow = new RawConnection(server.url);
  const answer = await slow.ask(request('PUT', '/v0/entity?id=k', fields) + bytes);
  expectProblem(answer, 408, /in 200 ms less than 16384 bytes per second/);
  expect(answer.headers.get('connection')).toBe('close');
  slow.destroy();
  await expectIdle(server);
  expect((await fetch(entityUrl(server.url, 'k'))).status).toBe(404);
});
