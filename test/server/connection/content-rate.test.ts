import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ContentRate } from '#dist/server/connection/content-rate.js';

const KiB = 1024;
const MiB = 1024 * KiB;
const windowMs = 10_000;
const limits = { minContentBytesPerSecond: 16 * KiB, contentGraceMs: windowMs };

/** A rate with a clock that the test moves, and both ends of a connection. */
async function watched() {
  const clock = { ms: 0 };
  const rate = new ContentRate(limits, () => clock.ms);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.pause().on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.on('error', () => {});
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  const slow: string[] = [];
  /** A sweep each second until then, as in a server. */
  const sweepAt = (ms: number) => {
    while (clock.ms < ms) {
      clock.ms = Math.min(ms, clock.ms + 1000);
      rate.sweep();
    }
  };
  return { rate, client, socket, slow, sweepAt, clock };
}

/** Reads so many bytes at least. */
async function read(client: Socket, bytes: number): Promise<void> {
  let left = bytes;
  const onData = (piece: Buffer) => {
    left -= piece.length;
    if (left <= 0) client.pause();
  };
  client.on('data', onData);
  client.resume();
  await expect.poll(() => left).toBeLessThanOrEqual(0);
  client.off('data', onData);
}

const unsent = (socket: Socket) =>
  (socket as unknown as { _handle: { writeQueueSize: number } })._handle.writeQueueSize;

test('a reader that takes nothing is told slow when its window is over, once', async () => {
  const { rate, socket, slow, sweepAt } = await watched();
  socket.write(Buffer.alloc(32 * MiB));
  rate.watch(
    socket,
    'taking',
    () => 32 * MiB,
    () => slow.push('reader'),
  );
  sweepAt(windowMs - 1);
  expect(slow).toStrictEqual([]);
  sweepAt(windowMs);
  sweepAt(2 * windowMs);
  expect(slow).toStrictEqual(['reader']);
});

test('a reader above the rate is not slow, though one write takes it many windows', async () => {
  const { rate, client, socket, slow, sweepAt } = await watched();
  socket.write(Buffer.alloc(64 * MiB));
  rate.watch(
    socket,
    'taking',
    () => 64 * MiB,
    () => slow.push('reader'),
  );
  for (let round = 1; round <= 8; round++) {
    const before = unsent(socket);
    // As much as it takes for the kernel to take the least of a window from the server.
    while (before - unsent(socket) < 160 * KiB) await read(client, MiB);
    sweepAt(round * windowMs);
  }
  expect(slow).toStrictEqual([]);
  expect(unsent(socket)).toBeGreaterThan(0);
});

test('a reader that holds no more than a page of a range may take its time', async () => {
  const { rate, socket, slow, sweepAt } = await watched();
  let held = 128 * KiB;
  rate.watch(
    socket,
    'taking',
    () => held,
    () => slow.push('reader'),
  );
  for (let round = 1; round <= 5; round++) sweepAt(round * windowMs);
  expect(slow).toStrictEqual([]);
  held++;
  sweepAt(6 * windowMs);
  expect(slow).toStrictEqual(['reader']);
});

test('a sender is slow by the bytes it sent in a window, however little it holds', async () => {
  const { rate, client, socket, slow, sweepAt } = await watched();
  socket.resume();
  rate.watch(
    socket,
    'sending',
    () => 100,
    () => slow.push('sender'),
  );
  client.write(Buffer.alloc(160 * KiB));
  await expect.poll(() => socket.bytesRead).toBe(160 * KiB);
  sweepAt(windowMs);
  client.write(Buffer.alloc(160 * KiB - 1));
  await expect.poll(() => socket.bytesRead).toBe(320 * KiB - 1);
  expect(slow).toStrictEqual([]);
  sweepAt(2 * windowMs);
  expect(slow).toStrictEqual(['sender']);
});

test('nobody is slow because the server itself stood still', async () => {
  const { rate, socket, slow, sweepAt, clock } = await watched();
  rate.watch(
    socket,
    'sending',
    () => MiB,
    () => slow.push('sender'),
  );
  sweepAt(1000);
  clock.ms += 3_600_000;
  rate.sweep();
  expect(slow).toStrictEqual([]);
  sweepAt(clock.ms + windowMs);
  expect(slow).toStrictEqual(['sender']);
});

test('nobody is slow whose watch has ended', async () => {
  const { rate, socket, slow, sweepAt } = await watched();
  const end = rate.watch(
    socket,
    'sending',
    () => MiB,
    () => slow.push('sender'),
  );
  end();
  sweepAt(windowMs);
  end();
  expect(slow).toStrictEqual([]);
});

test('time in which a client can move nothing is not counted', async () => {
  const { rate, socket, slow, sweepAt } = await watched();
  let isPaused = true;
  rate.watch(
    socket,
    'sending',
    () => MiB,
    () => slow.push('sender'),
    () => isPaused,
  );
  sweepAt(3 * windowMs);
  isPaused = false;
  sweepAt(3 * windowMs + windowMs / 2);
  isPaused = true;
  sweepAt(6 * windowMs);
  isPaused = false;
  sweepAt(6 * windowMs + windowMs / 2 - 1);
  expect(slow).toStrictEqual([]);
  sweepAt(6 * windowMs + windowMs / 2);
  expect(slow).toStrictEqual(['sender']);
});
