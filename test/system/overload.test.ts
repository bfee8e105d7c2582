/**
 * A small share of `npm run test:overload`: what bad neighbours may cost, in counts and memory. The
 * server is a process of its own, so that its memory is its own.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { type ServerProcess, startServer, until } from '../support/process.js';
import { memoryOf, openDescriptors, PeakMemory } from '../support/process-memory.js';

const MiB = 1024 ** 2;

function open({ url }: ServerProcess): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** A client of its own each time: a kept connection may make room for others. */
const statusOf = async (url: string) =>
  (await fetch(url, { headers: { Connection: 'close' } })).status;

it('5 000 idle connections lock nobody out, and take less than 150 MiB', async () => {
  const server = await startServer(await temporaryDirectory());
  const before = memoryOf(server.pid).rssAnonBytes;
  let closed = 0;
  for (let n = 0; n < 5000; n++) {
    open(server).once('close', () => closed++);
    if (n % 250 === 249) expect(await statusOf(`${server.url}/v0/status`)).toBe(200);
  }
  await until('the oldest are closed', () => closed >= 5000 - 4096);
  expect(openDescriptors(server.pid)).toBeLessThan(4096 + 64);
  expect(memoryOf(server.pid).rssAnonBytes - before).toBeLessThan(150 * MiB);
});

it('a server with 128 descriptors answers every new client', async () => {
  const limited = ['sh', '-c', 'ulimit -n 128 && exec "$@"', 'sh', process.execPath];
  const server = await startServer(await temporaryDirectory(), [], limited);
  for (let n = 0; n < 500; n++) {
    open(server);
    if (n % 25 === 24) expect(await statusOf(`${server.url}/v0/status`)).toBe(200);
  }
  expect((await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body: 'v' })).status).toBe(201);
});

it('a value in chunks of one byte costs its memory a few times, not a few hundred', async () => {
  const server = await startServer(await temporaryDirectory());
  const peak = new PeakMemory(server.pid);
  const before = memoryOf(server.pid).rssAnonBytes;
  const socket = open(server);
  let received = '';
  socket.on('data', (piece) => {
    received += piece;
  });
  const chunks = '1\r\nx\r\n'.repeat(MiB / 4);
  socket.write(
    'PUT /v0/entity?id=tiny HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  for (let n = 0; n < 16; n++) await new Promise((resolve) => socket.write(chunks, resolve));
  socket.write('0\r\n\r\n');
  await until('the PUT has its response', () => received.includes('\r\n\r\n'));
  expect(received).toMatch(/^HTTP\/1\.1 201 /);
  expect((await (await fetch(entityUrl(server.url, 'tiny'))).text()).length).toBe(4 * MiB);
  // Held piece by piece it takes 1.5 GiB.
  expect(peak.stop().rssAnonBytes - before).toBeLessThan(150 * MiB);
});

it('20 readers that take nothing are cut, and the others get their large values', async () => {
  const server = await startServer(await temporaryDirectory());
  const value = randomBytes(16 * MiB);
  const url = entityUrl(server.url, 'large');
  expect((await fetch(url, { method: 'PUT', body: value })).status).toBe(201);
  const descriptors = openDescriptors(server.pid);
  // Without a listener nothing is read.
  for (let n = 0; n < 20; n++)
    open(server).write('GET /v0/entity?id=large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until('all are connected', () => openDescriptors(server.pid) >= descriptors + 20);
  const peak = new PeakMemory(server.pid);
  expect((await fetch(entityUrl(server.url, 'k'), { method: 'PUT', body: 'v' })).status).toBe(201);
  await until('a large value is served', async () => (await statusOf(url)) === 200);
  // Those that were refused are no longer slow, and stay.
  await until('the slow ones are cut', () => openDescriptors(server.pid) <= descriptors + 5);
  expect(peak.stop().rssAnonBytes).toBeLessThan(600 * MiB);
});
