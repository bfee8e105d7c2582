/**
 * Peers that are late, silent, away for a while, or long-winded: a timeout counts once and its answer still counts, what nobody
 * answered is what arithmetic says, and slowness alone is no failure. See measure.ts for what is held of each.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { dueIn, measure } from './measure.js';
import { okAnswer, startPeer } from './peer.js';

const none = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };

test('a peer that never answers costs one timeout a connection, and leaves the rest unsent', async () => {
  const peer = await startPeer({ onRequest: () => {} });
  const { errors, sent, completed, unanswered, causes, latency } = await measure(peer.url, {
    timeoutMs: 200,
  });
  expect([sent, completed]).toEqual([4, 0]);
  expect(unanswered).toEqual({ inFlight: 4, unsent: 156 });
  expect(errors).toEqual({ ...none, timeout: 4 });
  expect(causes).toEqual([['timeout: no response within 200 ms', 4]]);
  expect(latency.max).toBe(400_000);
});

describe('a timeout is counted although nobody looked in time:', () => {
  test('at the end of the run', async () => {
    const peer = await startPeer({ onRequest: () => {} });
    const { errors } = await measure(peer.url, { timeoutMs: 140, durationMs: 170 });
    expect(errors).toEqual({ ...none, timeout: 4 });
  });

  test('when the answer comes right behind it', async () => {
    const peer = await startPeer({
      onRequest: (socket) => void setTimeout(() => socket.write(okAnswer), 115),
    });
    // One request each 200 ms, answered in time for the next.
    const { errors, completed, unanswered } = await measure(peer.url, {
      connections: 1,
      rate: 5,
      durationMs: 1000,
      timeoutMs: 105,
    });
    expect(completed).toBeGreaterThan(0);
    expect(errors).toEqual({ ...none, timeout: errors.timeout });
    expect(errors.timeout).toBeGreaterThanOrEqual(completed);
    expect(errors.timeout).toBeLessThanOrEqual(completed + unanswered.inFlight);
  });
});

test('connections that are never answered hold up no others', async () => {
  const peer = await startPeer({
    onRequest: (socket, _, connection) => void (connection > 2 && socket.write(okAnswer)),
  });
  const { errors, completed, unanswered } = await measure(peer.url, { timeoutMs: 250 });
  expect(errors).toEqual({ ...none, timeout: 2 });
  // Connections 1 and 2 send one request each of their 40; those of 3 and 4 may be a little late at the end.
  expect(unanswered.inFlight).toBeGreaterThanOrEqual(2);
  expect(unanswered.unsent).toBeGreaterThanOrEqual(78);
  expect(completed).toBeGreaterThan(0);
});

test('a stall beyond the timeout costs one timeout a connection, and its answers count', async () => {
  const held: Socket[] = [];
  let stalled = false;
  const peer = await startPeer({
    onRequest: (socket) => void (stalled ? held.push(socket) : socket.write(okAnswer)),
  });
  const run = measure(peer.url, { durationMs: 800, timeoutMs: 150 });
  await expect.poll(() => peer.requests, { interval: 1 }).toBeGreaterThan(20);
  stalled = true;
  await expect.poll(() => held.length, { interval: 1 }).toBe(4);
  await sleep(300);
  stalled = false;
  for (const socket of held) socket.write(okAnswer);
  const { errors, completed, latency, service } = await run;
  expect(errors).toEqual({ ...none, timeout: 4 });
  expect(completed).toBeGreaterThan(50);
  expect(latency.max).toBeGreaterThan(290_000);
  // Of each connection's requests that were held up by the stall, only the first was sent in it.
  const slow = [...service.buckets()].filter(({ lowest }) => lowest > 150_000);
  expect(slow.reduce((sum, { count }) => sum + count, 0)).toBe(4);
});

test('a peer that goes away and comes back is found again, and all it was due is sent to it', async () => {
  const peer = await startPeer();
  const run = measure(peer.url, { durationMs: 900 });
  await expect.poll(() => peer.requests, { interval: 1 }).toBeGreaterThan(20);
  peer.stop();
  await sleep(100);
  await peer.listen();
  const { errors, completed, causes } = await run;
  expect(errors).toEqual({
    ...none,
    connect: errors.connect,
    read: errors.read,
    write: errors.write,
  });
  // Each connection is refused at once, then after 10 ms, 20 ms, …
  expect(errors.connect).toBeGreaterThanOrEqual(4);
  expect(causes.map(([cause]) => cause).join()).toContain(
    'connect: connect ECONNREFUSED 127.0.0.1:',
  );
  expect(completed).toBeGreaterThan(50);
  expect(peer.connections).toBeGreaterThanOrEqual(9);
});

test('an answer that begins before the request has arrived is an answer', async () => {
  const peer = await startPeer({
    onConnection: (socket) => {
      let answered = false;
      socket.on('data', (piece) => {
        if (!answered) socket.write(okAnswer);
        answered = piece.toString('latin1', piece.length - 4) !== '\r\n\r\n';
      });
    },
    onRequest: () => {},
  });
  const headers = [['X-Long', 'x'.repeat(500_000)]] as const;
  const { errors, completed } = await measure(peer.url, { headers, rate: 100 });
  expect(errors).toEqual(none);
  expect(completed).toBeGreaterThan(0);
});

test('answers that come byte by byte are slow, and whole', async () => {
  const peer = await startPeer({
    onRequest: async (socket) => {
      for (const byte of okAnswer) {
        socket.write(byte);
        await sleep(1);
      }
    },
  });
  const { errors, completed, bytesRead, service } = await measure(peer.url, {
    rate: 20,
    durationMs: 800,
  });
  expect(errors).toEqual(none);
  expect(completed).toBeGreaterThan(0);
  expect(bytesRead).toBeGreaterThanOrEqual(completed * okAnswer.length);
  expect(service.min).toBeGreaterThan(okAnswer.length * 1000 * 0.9);
});

test('bodies of 1 MiB are read whole, and counted in bytes', async () => {
  const body = Buffer.alloc(1024 ** 2, '\r\n\r\nHTTP/1.1 200');
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
  const peer = await startPeer({
    onRequest: (socket) => {
      socket.write(head);
      socket.write(body);
    },
  });
  const result = await measure(peer.url, { rate: 80 });
  expect(result.errors).toEqual(none);
  expect(result.completed).toBeGreaterThan(0);
  expect(result.bytesRead).toBeGreaterThanOrEqual(result.completed * (head.length + body.length));
  expect(dueIn(result)).toBe(32);
});
