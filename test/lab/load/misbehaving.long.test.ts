/**
 * Peers whose connections end or whose bytes are wrong: each failure is counted once, as what it
 * was and in words, and no request that was due is lost. See measure.ts for what is held of each.
 */
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { TargetError } from '#dist/lab/load/load-errors.js';
import { dueIn, measure } from './measure.js';
import { okResponse, startPeer } from './peer.js';

const none = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };
const send = (bytes: string) => (socket: Socket) => void socket.write(bytes, 'latin1');

describe('nothing can be sent', () => {
  test('to a port that refuses', async () => {
    const peer = await startPeer();
    const { url } = peer;
    peer.stop();
    const run = measure(url, { durationMs: 60_000 });
    await expect(run).rejects.toThrow(TargetError);
    await expect(run).rejects.toThrow(/^can't connect to 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  });

  test('to a host that is not', async () => {
    const run = measure('http://evenkeel.invalid/');
    await expect(run).rejects.toThrow(TargetError);
    await expect(run).rejects.toThrow(/^can't find the host evenkeel\.invalid: getaddrinfo E/);
  });

  test('to a socket that is not', async () => {
    const run = measure('http://a/', { unixSocket: '/nowhere/socket' });
    await expect(run).rejects.toThrow(TargetError);
    await expect(run).rejects.toThrow(
      "can't connect to /nowhere/socket: connect ENOENT /nowhere/socket",
    );
  });
});

test('a peer that ends each connection at once is connected to ever more slowly', async () => {
  const peer = await startPeer({ onConnection: (socket) => socket.end() });
  const run = measure(peer.url);
  const outcome = await run.catch((error: unknown) => error);
  // Whether a connection looks open when the last has been tried is the system's choice.
  if (outcome instanceof Error) {
    expect(outcome).toBeInstanceOf(TargetError);
    expect(outcome.message).toBe('no connection stays open: closed before a request was sent');
    return;
  }
  const { completed, errors, causes } = await run;
  expect(completed).toBe(0);
  // With a back-off that doubles from 10 ms, 4 connections fail about 7 times each in 0.4 s.
  expect(errors.connect + errors.read + errors.write).toBeGreaterThan(0);
  expect(peer.connections).toBeLessThan(100);
  for (const [cause] of causes)
    expect(cause).toMatch(/^(connect: closed before a request was sent|read: .+|write: .+)$/);
});

test('a peer that says close ends each connection rightly, and no request is lost', async () => {
  const peer = await startPeer({
    onRequest: (socket) => socket.end(okResponse.replace('\r\n', '\r\nConnection: close\r\n')),
  });
  const { errors, sent, completed, unanswered } = await measure(peer.url);
  expect(errors).toEqual(none);
  expect(sent).toBe(completed + unanswered.inFlight);
  expect(completed).toBeGreaterThan(0);
});

test('a peer that just closes after each response costs what was sent by then', async () => {
  const peer = await startPeer({ onRequest: (socket) => socket.end(okResponse) });
  const { errors, sent, completed, unanswered, causes } = await measure(peer.url);
  expect(errors).toEqual({ ...none, read: errors.read, write: errors.write });
  expect(sent - completed - unanswered.inFlight).toBe(errors.read + errors.write);
  expect(completed).toBeGreaterThan(0);
  for (const [cause] of causes)
    expect(cause).toMatch(/^(read: closed before|read: read ECONN|write: write E)/);
});

test('a peer that ends each connection within the response is read from in vain', async () => {
  const peer = await startPeer({ onRequest: (socket) => socket.end(okResponse.slice(0, -1)) });
  const { errors, completed, sent, unanswered, causes } = await measure(peer.url);
  expect(completed).toBe(0);
  expect(errors).toEqual({ ...none, read: sent - unanswered.inFlight });
  expect(errors.read).toBeGreaterThan(0);
  expect(causes).toEqual([['read: closed before the response was whole', errors.read]]);
});

test('a peer that resets is told from one that closes', async () => {
  const peer = await startPeer({ onRequest: (socket) => socket.resetAndDestroy() });
  const { errors, completed, sent, unanswered, causes } = await measure(peer.url);
  expect(completed).toBe(0);
  expect(errors).toEqual({ ...none, read: sent - unanswered.inFlight });
  expect(causes).toEqual([['read: read ECONNRESET', errors.read]]);
});

test('bytes that are not HTTP are a read error in words', async () => {
  const peer = await startPeer({ onRequest: send('garbage') });
  const { errors, completed, sent, unanswered, causes } = await measure(peer.url);
  expect(completed).toBe(0);
  expect(errors).toEqual({ ...none, read: sent - unanswered.inFlight });
  expect(causes).toEqual([['read: no HTTP/1.1 status line: "garbage"', errors.read]]);
});

test('a response that begins before the request has arrived is a response', async () => {
  const peer = await startPeer({
    onConnection: (socket) => {
      let answered = false;
      socket.on('data', (piece) => {
        if (!answered) socket.write(okResponse);
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

test('content of 1 MiB is read whole, and counted in bytes', async () => {
  const content = Buffer.alloc(1024 ** 2, '\r\n\r\nHTTP/1.1 200');
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`;
  const peer = await startPeer({
    onRequest: (socket) => {
      socket.write(head);
      socket.write(content);
    },
  });
  const result = await measure(peer.url, { rate: 80 });
  expect(result.errors).toEqual(none);
  expect(result.completed).toBeGreaterThan(0);
  const bytes = head.length + content.length;
  expect(result.bytesRead).toBeGreaterThanOrEqual(result.completed * bytes);
  expect(dueIn(result)).toBe(32);
});

test('a peer that responds twice is believed once, its connection not used again', async () => {
  const peer = await startPeer({ onRequest: send(okResponse + okResponse) });
  const { errors, completed, causes } = await measure(peer.url);
  expect(completed).toBeGreaterThan(0);
  // Each connection breaks with its response; the last may do so after the end of the run.
  const { read } = errors;
  expect(completed - read).toBeOneOf([0, 1]);
  expect(errors).toEqual({ ...none, read });
  expect(causes).toEqual([
    [expect.stringMatching(/^read: bytes that answer no request: "HTTP/), read],
  ]);
});

test('a peer that speaks first is refused', async () => {
  const peer = await startPeer({ onConnection: send('220 mail.example.com\r\n') });
  const { errors, completed, causes } = await measure(peer.url);
  expect(completed).toBe(0);
  expect(errors.read).toBeGreaterThan(0);
  expect(causes[0]?.[0]).toMatch(
    /^read: (bytes that answer no request|no HTTP\/1\.1 status line): "220 mail/,
  );
});

test('each 500 counts as a response, and as a failure once', async () => {
  const peer = await startPeer({ onRequest: send('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n') });
  const { errors, completed, causes } = await measure(peer.url);
  expect(completed).toBeGreaterThan(0);
  expect(errors).toEqual({ ...none, status: completed });
  expect(causes).toEqual([['answered with status 500', completed]]);
});
