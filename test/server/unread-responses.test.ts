/**
 * A small response to a request with large content holds none of it: neither a value of which only
 * a part is sent, nor content that was stored. Every response has to be taken at the least rate.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { entityUrl, RawConnection, request } from '../support/http.js';
import { expectIdle, startServer, type TestServer } from './harness.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Room for one value. */
const roomForOne = {
  maxValueBytes: MiB,
  maxContentBytesInMemory: 1.5 * MiB,
  maxQueuedBytes: 2 * MiB,
  contentQueueMs: 100_000,
};

async function serverWithLargeValue(limits = {}): Promise<[TestServer, tag: string]> {
  const server = await startServer({ ...roomForOne, ...limits });
  const url = entityUrl(server.url, 'large');
  const { status, headers } = await fetch(url, { method: 'PUT', body: Buffer.alloc(MiB, 'v') });
  expect(status).toBe(201);
  return [server, headers.get('etag') ?? ''];
}

/** A client that takes nothing, and the server's end of its connection, as Node tells it. */
async function connectReader({ url }: TestServer): Promise<[RawConnection, Socket]> {
  const accepted = new Promise<Socket>((resolve) => {
    const onSocket = (message: unknown) => resolve((message as { socket: Socket }).socket);
    subscribe('net.server.socket', onSocket);
    onTestFinished(() => {
      unsubscribe('net.server.socket', onSocket);
    });
  });
  const connection = new RawConnection(url);
  connection.pause();
  return [connection, await accepted];
}

/** The next response waits behind more bytes than the kernel takes. */
function block(socket: Socket): void {
  expect(socket.write(Buffer.alloc(32 * MiB))).toBe(false);
}

async function expectRoomForOne(server: TestServer): Promise<void> {
  const response = await fetch(entityUrl(server.url, 'large'));
  expect((await response.arrayBuffer()).byteLength).toBe(MiB);
}

test.each([
  ['200 to HEAD', () => request('HEAD', '/v0/entity?id=large')],
  ['206', () => request('GET', '/v0/entity?id=large', ['Range: bytes=0-262143'])],
  ['304', (tag: string) => request('GET', '/v0/entity?id=large', [`If-None-Match: ${tag}`])],
  ['412', () => request('GET', '/v0/entity?id=large', ['If-Match: "1"'])],
  ['416', () => request('GET', '/v0/entity?id=large', [`Range: bytes=${MiB}-`])],
])('a %s that nobody takes holds no large value', async (_, requestFor) => {
  const [server, tag] = await serverWithLargeValue();
  const [reader, socket] = await connectReader(server);
  block(socket);
  reader.write(requestFor(tag));
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  await expectRoomForOne(server);
  expect(server.running).toBe(1);
  reader.reset();
  await expectIdle(server);
});

const put = (fields: readonly string[] = []) =>
  request('PUT', '/v0/entity?id=k', [...fields, `Content-Length: ${MiB}`]);

test.each([
  ['a 201', put(), 'v'.repeat(MiB)],
  ['a 412', put(['If-Match: *']), 'v'.repeat(MiB)],
  [
    'a 200 to an atomic batch',
    request('POST', '/v0/entities?atomic=true', [`Content-Length: ${MiB}`]),
    `{"key":"k","value":"dg=="}`.padEnd(MiB - 1, ' ').concat('\n'),
  ],
])('%s that nobody takes holds no content', async (_, head, content) => {
  const [server] = await serverWithLargeValue();
  const [reader, socket] = await connectReader(server);
  reader.write(head);
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  // No request is read behind it, but the content of one that was read is.
  block(socket);
  reader.write(content);
  await expectRoomForOne(server);
  expect(server.running).toBe(1);
  reader.reset();
  await expectIdle(server);
});

test('a client that does not take a part of a value at the least rate is cut', async () => {
  const [server] = await serverWithLargeValue({ contentGraceMs: 200 });
  const [reader, socket] = await connectReader(server);
  block(socket);
  reader.write(request('GET', '/v0/entity?id=large', [`Range: bytes=1-${200 * KiB}`]));
  await expect.poll(() => server.running, { interval: 1 }).toBe(1);
  await expect.poll(() => server.running, { interval: 5, timeout: 20_000 }).toBe(0);
  reader.resume();
  await reader.closed;
});
