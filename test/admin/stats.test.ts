/** /stats: what happened in each second, and in the last minute, is what was asked for. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminServer, startAdminServer } from '#dist/admin/admin-server.js';
import type { Interval } from '#dist/admin/stats/interval.js';
import type { Stats } from '#dist/admin/stats/stats.js';
import { type RunningServer, serve } from '#dist/server/server.js';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';

let server: RunningServer;
let admin: AdminServer;
beforeAll(async () => {
  server = await serve({ port: 0, data: await temporaryDirectory(afterAll) });
  admin = await startAdminServer({ port: 0, server, version: '1.2.3' });
});
afterAll(async () => {
  await server.close();
  await admin.close();
});

async function read(query = ''): Promise<Stats> {
  const response = await fetch(`${admin.url}/stats${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  return (await response.json()) as Stats;
}

const sum = (intervals: readonly Interval[], pick: (each: Interval) => number | undefined) =>
  intervals.reduce((total, each) => total + (pick(each) ?? 0), 0);

it('counts each request in one second, and all in the minute', async () => {
  for (let n = 0; n < 20; n++) await put(server.url, `key-${n}`, 'value');
  for (let n = 0; n < 30; n++) await (await fetch(entityUrl(server.url, `key-${n}`))).text();
  await expect
    .poll(async () => sum((await read()).seconds, ({ operations }) => operations.get?.requests))
    .toBe(30);
  const { seconds, minute, ...process_ } = await read();
  expect(process_).toEqual({
    version: '1.2.3',
    node: process.version,
    pid: process.pid,
    uptimeSeconds: expect.any(Number),
    state: 'serving',
  });
  expect(sum(seconds, ({ operations }) => operations.put?.requests)).toBe(20);
  expect(sum(seconds, ({ operations }) => operations.get?.errors)).toBe(10);
  expect(sum(seconds, ({ errors }) => errors['404'])).toBe(10);
  expect(sum(seconds, ({ store }) => store?.commits?.writes)).toBe(20);
  expect(minute.operations.get).toMatchObject({ requests: 30, errors: 10 });
  expect(minute.errors).toEqual({ 404: 10 });
  expect(minute.store?.commits).toMatchObject({ frames: 20, writes: 20 });
  expect(minute.store?.journal?.writtenBytes).toBeGreaterThan(20 * 512 - 1);
  expect(minute.store?.cache?.misses).toBeGreaterThan(0);

  const perSecond = ({ fromMs, toMs }: Interval) => (1000 * 30) / (toMs - fromMs);
  expect(minute.operations.get?.perSecond).toBeCloseTo(perSecond(minute), 0);
  for (const operation of ['get', 'put'] as const) {
    const { p50, p90, p99, p999, max } = minute.operations[operation]?.latencyMs ?? {
      ...{ p50: -1, p90: -1, p99: -1, p999: -1, max: -1 },
    };
    const rising = [0, p50, p90, p99, p999, max];
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(p50).toBeGreaterThan(0);
  }
});

it('tells how the process and the store stand', async () => {
  await expect.poll(async () => (await read()).seconds.length).toBeGreaterThan(1);
  const { seconds, minute } = await read();
  for (const each of [...seconds, minute]) {
    expect(each.process.memoryBytes.resident).toBeGreaterThan(1e7);
    expect(each.process.loopUtilization).toBeLessThanOrEqual(1);
    expect(each.store?.files?.dataBytes).toBeGreaterThan(0);
    expect(each.store).toMatchObject({
      isFull: false,
      checkpoints: { progress: expect.any(Number) },
    });
  }
  expect(minute.process.loopDelayMs?.max).toBeGreaterThan(0);
  expect(minute.process.cpuMs.user).toBeGreaterThan(0);
});

it('seconds follow each other without a gap, and no more come than were asked for', async () => {
  await expect.poll(async () => (await read()).seconds.length).toBeGreaterThan(2);
  const { seconds } = await read('?seconds=2');
  expect(seconds).toHaveLength(2);
  expect(seconds[1]?.fromMs).toBe(seconds[0]?.toMs);
  const { seconds: none } = await read('?seconds=0');
  expect(none).toEqual([]);
});

it.each([
  ['?seconds=601', "seconds is a whole number from 0 to 600, got '601'"],
  ['?seconds=-1', "seconds is a whole number from 0 to 600, got '-1'"],
  ['?last=1', "'last' is not used: seconds is taken, once"],
  ['?seconds=1&seconds=2', "'seconds' is not used: seconds is taken, once"],
])('refuses %s', async (query, detail) => {
  const response = await fetch(`${admin.url}/stats${query}`);
  expect([response.status, await response.json()]).toEqual([400, { status: 400, detail }]);
});
