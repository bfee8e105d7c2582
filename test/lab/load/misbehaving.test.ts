/**
 * Peers whose connections end or whose bytes are wrong: each failure is counted once, as what it was and in words, no request
 * that was due is lost, and the run ends in time. See measure.ts for what is held of each.
 */
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { TargetError } from '#dist/lab/load/load-errors.js';
import { measure } from './measure.js';
import { okAnswer, startPeer } from './peer.js';

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

test('a peer that ends each connection at once fails to be connected to, ever more slowly', async () => {
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
    onRequest: (socket) => socket.end(okAnswer.replace('\r\n', '\r\nConnection: close\r\n')),
  });
  const { errors, sent, completed, unanswered } = await measure(peer.url);
  expect(errors).toEqual(none);
  expect(sent).toBe(completed + unanswered.inFlight);
  expect(completed).toBeGreaterThan(0);
});

test('a peer that closes after each answer without a word costs a request only if it had been sent by then', async () => {
  const peer = await startPeer({ onRequest: (socket) => socket.end(okAnswer) });
  const { errors, sent, completed, unanswered, causes } = await measure(peer.url);
  expect(errors).toEqual({ ...none, read: errors.read, write: errors.write });
  expect(sent - completed - unanswered.inFlight).toBe(errors.read + errors.write);
  expect(completed).toBeGreaterThan(0);
  for (const [cause] of causes)
    expect(cause).toMatch(/^(read: closed before|read: read ECONN|write: write E)/);
});

test('a peer that ends each connection in the middle of the answer is read from in vain', async () => {
  const peer = await startPeer({ onRequest: (socket) => socket.end(okAnswer.slice(0, -1)) });
  const { errors, completed, sent, unanswered, causes } = await measure(peer.url);
  expect(completed).toBe(0);
  expect(errors).toEqual({ ...none, read: sent - unanswered.inFlight });
  expect(errors.read).toBeGreaterThan(4);
  expect(causes).toEqual([['read: closed before the response was whole', errors.read]]);
});

test('a peer that resets is told from one that closes', async () => {
  const peer = await startPeer({ onRequest: (socket) => socket.resetAndDestroy() });
  const { errors, completed, sent, unanswered, causes } = await measure(peer.url);
  expect(completed).toBe(0);
  expect(errors).toEqual({ ...none, read: sent - unanswered.inFlight });
  expect(causes).toEqual([['read: read ECONNRESET', errors.read]]);
});

describe('what is no answer is a read error in words:', () => {
  test.each([
    ['garbage', 'garbage', 'no HTTP/1.1 status line: "garbage"'],
    ['HTTP/2', '\0\0\x06\x04\0', 'no HTTP/1.1 status line: "\\u0000\\u0000\\u0006\\u0004\\u0000"'],
    ['TLS', '\x15\x03\x03\0\x02', 'no HTTP/1.1 status line: "\\u0015\\u0003\\u0003\\u0000\\u0002"'],
    [
      'a bad length',
      'HTTP/1.1 200 OK\r\nContent-Length: x\r\n',
      'a bad Content-Length: "Content-Length: x"',
    ],
    [
      'a protocol that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\n\r\n',
      '101 Switching Protocols, which nobody asked for',
    ],
  ])('%s', async (_, bytes, cause) => {
    const peer = await startPeer({ onRequest: send(bytes) });
    const { errors, completed, sent, unanswered, causes } = await measure(peer.url, {
      durationMs: 200,
    });
    expect(completed).toBe(0);
    expect(errors).toEqual({ ...none, read: sent - unanswered.inFlight });
    expect(causes).toEqual([[`read: ${cause}`, errors.read]]);
  });
});

test('a peer that answers twice is believed once, and the connection is not used again', async () => {
  const peer = await startPeer({ onRequest: send(okAnswer + okAnswer) });
  const { errors, completed, causes } = await measure(peer.url);
  expect(completed).toBeGreaterThan(0);
  // Each connection breaks with its answer, so each answer is followed by one failure; that of the last may be past the end of the run.
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

test('each 500 counts as an answer, and as a failure once', async () => {
  const peer = await startPeer({ onRequest: send('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n') });
  const { errors, completed, causes } = await measure(peer.url);
  expect(completed).toBeGreaterThan(0);
  expect(errors).toEqual({ ...none, status: completed });
  expect(causes).toEqual([['answered with status 500', completed]]);
});
