/**
 * The stall of generator/exactness.test.ts with real sockets and the real clock. The service measures how long it really stalled;
 * all percentiles then follow by arithmetic, up to what a shared machine adds to a turn.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { Histogram } from '#dist/lab/load/histogram/histogram.js';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Answers at once, but from its `stallAt`th request on nothing for `stallMs`. One request a packet is taken for granted. */
async function startService(stallAt: number, stallMs: number) {
  let requests = 0;
  let stalledMs = 0;
  let held: Socket[] | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      requests++;
      if (requests === stallAt) {
        held = [];
        const began = performance.now();
        setTimeout(() => {
          for (const waiting of held ?? []) waiting.write(answer);
          held = undefined;
          stalledMs = performance.now() - began;
        }, stallMs);
      }
      if (held) held.push(socket);
      else socket.write(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stalledMs: () => stalledMs,
    close: () => server.close(),
  };
}

test('a stall gives the percentiles that arithmetic predicts, and the uncorrected ones hide it', async () => {
  const service = await startService(401, 600);
  const beganAtMs = Date.now();
  // 800 requests a second over 8 connections: each connection has one due every 10 ms.
  const result = await runLoad({
    ...defaultOptions,
    url: service.url,
    threads: 2,
    connections: 8,
    rate: 800,
    durationMs: 2000,
    slowMs: 50,
  });
  service.close();
  const stallMs = service.stalledMs();
  expect(stallMs).toBeGreaterThan(590);
  expect(result.latency.count).toBe(1600);
  expect(result.errors).toEqual({ connect: 0, read: 0, write: 0, timeout: 0, status: 0 });

  // What is due during the stall is answered right at its end, so its latency falls evenly from the whole stall to
  // nothing: of 1600 requests, 800 a second are hit.
  const hit = (stallMs / 1000) * 800;
  for (const percentile of [80, 90, 95, 99, 99.9]) {
    const below = (percentile / 100) * 1600 - (1600 - hit);
    const predictedMs = (below / hit) * stallMs;
    const measuredMs = result.latency.valueAtPercentile(percentile) / 1000;
    expect(
      Math.abs(measuredMs - predictedMs),
      `p${percentile}: ${measuredMs}, not ${predictedMs}`,
    ).toBeLessThan(120);
  }
  expect(result.latency.max / 1000).toBeGreaterThan(stallMs - 1);
  // Each of the slow ones is listed, with when it was due and on which connection.
  const { requests = [], unlisted } = result.slow ?? {};
  const [over, atLeast] = [51_000, 49_000].map((us) => countFrom(result.latency, us));
  expect(unlisted).toBe(0);
  expect(requests.length).toBeGreaterThanOrEqual(over as number);
  expect(requests.length).toBeLessThanOrEqual(atLeast as number);
  expect(Math.max(...requests.map(({ latencyUs }) => latencyUs))).toBeCloseTo(
    result.latency.max,
    -3,
  );
  expect(new Set(requests.map(({ thread, connection }) => `${thread}.${connection}`)).size).toBe(8);
  for (const { dueUs, dueAtMs, latencyUs, waitUs, lagUs, serviceUs } of requests) {
    expect(waitUs + lagUs + serviceUs).toBeCloseTo(latencyUs, 3);
    expect(dueUs).toBeLessThan(2_000_000);
    // Connecting, and the two seconds of the run.
    expect(dueAtMs - beganAtMs - dueUs / 1000).toBeGreaterThan(0);
    expect(dueAtMs + latencyUs / 1000).toBeLessThan(Date.now());
  }
  // One request a connection was in flight when the stall began: 8 of 1600, which is 0.5 %.
  expect(result.service.valueAtPercentile(99) / 1000).toBeLessThan(stallMs / 4);
  expect(result.service.valueAtPercentile(99.9) / 1000).toBeGreaterThan(stallMs - 30);
});

function countFrom(histogram: Histogram, us: number): number {
  let count = 0;
  for (const bucket of histogram.buckets()) if (bucket.lowest >= us) count += bucket.count;
  return count;
}
