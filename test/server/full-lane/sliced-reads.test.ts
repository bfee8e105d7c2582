/** How large the slices are in which chunked content is read, over a real connection. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readInSlices } from '#dist/server/full-lane/sliced-reads.js';

const KiB = 1024;
const sentBytes = 1024 * KiB;

/** Sends chunked content to a listener that finds so many pieces in each slice. */
async function slicesOf(piecesPerSlice: number): Promise<number[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  const slices: number[] = [];
  const state = { isHeld: false, contentLeft: undefined, pieces: 0, onSlice: () => {} };
  socket.on('data', (bytes: Buffer) => {
    slices.push(bytes.length);
    state.pieces += piecesPerSlice;
  });
  readInSlices(socket, state);
  client.end(Buffer.alloc(sentBytes));
  await once(socket, 'end');
  expect(slices.reduce((sum, bytes) => sum + bytes, 0)).toBe(sentBytes);
  return slices;
}

test('slices of content that nobody reads do not grow', async () => {
  expect(Math.max(...(await slicesOf(0)))).toBe(2 * KiB);
});

test('slices with few pieces grow, up to what may be thousands of chunks', async () => {
  expect(Math.max(...(await slicesOf(1)))).toBe(16 * KiB);
});

test('slices with many pieces shrink', async () => {
  expect((await slicesOf(1000)).slice(1).every((bytes) => bytes <= KiB)).toBe(true);
});
