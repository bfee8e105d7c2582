/**
 * HTTP/2 servers that refuse, reset and go away: each failure is counted once, by its kind and in
 * words, and no request that was due is lost. See measure.ts for what is held of each.
 */
import { constants } from 'node:http2';
import { expect, test } from 'vitest';
import type { LoadOptions } from '#dist/lab/load/load-options.js';
import { failures, measure } from '../measure.js';
import { type Http2Peer, respondOk, startHttp2 } from './server.js';

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;
const none = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };
const shared = { connections: 1, http2: { streams: 4 } };

/** A run that ends once so many streams came, however long that takes. */
async function measureUntil(peer: Http2Peer, streams: number, options: Partial<LoadOptions> = {}) {
  const controller = new AbortController();
  const run = measure(peer.url, { ...shared, durationMs: 60_000, ...options }, controller);
  await Promise.race([
    run,
    expect.poll(() => peer.streams(), patience).toBeGreaterThanOrEqual(streams),
  ]);
  controller.abort();
  return run;
}

const patience = { interval: 1, timeout: 25_000 };

test('a stream that is reset fails alone: the others go on over the same connection', async () => {
  const peer = await startHttp2((stream, _, number) => {
    if (number % 2 === 0) return respondOk(stream);
    stream.close(NGHTTP2_INTERNAL_ERROR);
  });
  const { errors, causes, completed, sent, unanswered } = await measureUntil(peer, 40);
  expect(completed).toBeGreaterThan(0);
  expect(errors.read).toBeGreaterThan(0);
  expect(errors).toEqual({ ...none, read: sent - completed - unanswered.inFlight });
  expect(causes).toEqual([
    ['read: the stream was reset (RST_STREAM, INTERNAL_ERROR)', errors.read],
  ]);
  expect(peer.sessions.length).toBeOneOf([1, 2]);
});

test('a server that resets every stream is asked ever more slowly', async () => {
  const peer = await startHttp2((stream) => stream.close(NGHTTP2_INTERNAL_ERROR));
  const { completed, errors } = await measure(peer.url, shared);
  expect(completed).toBe(0);
  // With a back-off that doubles from 10 ms, 4 streams fail about 7 times each in 0.4 s.
  expect(errors.read).toBeGreaterThan(0);
  expect(peer.streams()).toBeLessThan(100);
});

test('a response that is reset in its middle, or shorter than its length, is none', async () => {
  const peer = await startHttp2((stream, _, number) => {
    stream.respond({ ':status': 200, 'content-length': 100 });
    if (number % 2 === 0) stream.end('half');
    else stream.write('half', () => setImmediate(() => stream.destroy(new Error('lost'))));
  });
  const { completed, errors, causes } = await measureUntil(peer, 8);
  expect(completed).toBe(0);
  expect(errors).toEqual({ ...none, read: errors.read });
  for (const [cause] of causes)
    expect(cause).toMatch(
      /^read: (content of 4 bytes, and Content-Length says 100|the stream was reset \(RST_STREAM)/,
    );
});

test('a graceful GOAWAY costs nothing: streams end, and the next connection goes on', async () => {
  const peer = await startHttp2((stream, _, number) => {
    // Those in flight with it are answered later, over the connection that is being closed.
    if (number % 10 === 9) stream.session?.close();
    setTimeout(() => respondOk(stream), 2);
  });
  const { errors, completed, sent, unanswered } = await measureUntil(peer, 60);
  expect(errors).toEqual(none);
  expect(sent).toBe(completed + unanswered.inFlight);
  expect(completed).toBeGreaterThan(50);
  expect(peer.sessions.length).toBeGreaterThan(4);
});

test('a stream that a graceful GOAWAY leaves out is sent again, and is not a failure', async () => {
  const peer = await startHttp2((stream, _, number) => {
    if (number % 20 !== 19) return respondOk(stream);
    stream.session?.goaway(NGHTTP2_NO_ERROR, (stream.id as number) - 2);
  });
  const { errors, completed, sent, unanswered } = await measureUntil(peer, 70);
  expect(errors).toEqual(none);
  expect(sent).toBe(completed + unanswered.inFlight);
  expect(peer.streams()).toBeGreaterThanOrEqual(sent + 3);
});

test('a GOAWAY with an error fails what is in flight, and says with which', async () => {
  const peer = await startHttp2((stream, _, number) => {
    if (number % 20 !== 19) return respondOk(stream);
    stream.session?.goaway(NGHTTP2_ENHANCE_YOUR_CALM);
  });
  const { errors, causes, completed, sent, unanswered } = await measureUntil(peer, 50);
  expect(errors.read).toBeGreaterThan(0);
  expect(errors).toEqual({ ...none, read: sent - completed - unanswered.inFlight });
  const cause = 'read: the server ended the connection (GOAWAY, ENHANCE_YOUR_CALM)';
  expect(causes).toEqual([[cause, errors.read]]);
});

test('a connection that breaks fails each stream in flight once, and is opened again', async () => {
  const peer = await startHttp2((stream, _, number) => {
    if (number % 20 < 16) return respondOk(stream);
    // Four are in flight, and the last of them takes all with it.
    if (number % 20 === 19) peer.cut();
  });
  const { errors, completed, sent, unanswered } = await measureUntil(peer, 50);
  expect(errors.read).toBeGreaterThanOrEqual(8);
  expect(errors).toEqual({ ...none, read: sent - completed - unanswered.inFlight });
  expect(peer.sessions.length).toBeGreaterThan(2);
});

test('a server that answers nothing is a timeout for each stream, once', async () => {
  const peer = await startHttp2(() => {});
  // The run is long enough for the time-out, and the time-out for the connection.
  const result = await measure(peer.url, { ...shared, timeoutMs: 1000, durationMs: 1600 });
  expect(result.errors).toEqual({ ...none, timeout: 4 });
  expect(result.unanswered).toEqual({ inFlight: 4, unsent: 636 });
  expect(peer.streams()).toBe(4);
});

test('a server that ends each connection at once is connected to ever more slowly', async () => {
  const peer = await startHttp2((stream) => stream.session?.destroy());
  const result = await measure(peer.url, shared);
  expect(result.completed).toBe(0);
  expect(failures(result)).toBeGreaterThan(0);
  expect(peer.sessions.length).toBeLessThan(50);
});
