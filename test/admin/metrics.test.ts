/** /metrics: its format, and that its figures are those of the requests that were sent. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AdminServer, startAdminServer } from '#dist/admin/admin-server.js';
import { type RunningServer, serve } from '#dist/server/server.js';
import { measure } from '../lab/load/measure.js';
import { put } from '../support/command.js';
import { temporaryDirectory } from '../support/directory.js';
import { entityUrl } from '../support/http.js';
import { type Family, faultsOf, readMetrics } from './text-format.js';

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

async function scrape(url = admin.url): Promise<Map<string, Family>> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readMetrics(await response.text());
}

type Labels = Readonly<Record<string, string>>;

/** The sum of the samples that have these labels. */
function sumOf(families: ReadonlyMap<string, Family>, name: string, labels: Labels = {}): number {
  const family = [...families.values()].find(({ samples }) =>
    samples.some((sample) => sample.name === `evenkeel_${name}`),
  );
  const found = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === `evenkeel_${name}` &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  expect(found, `${name} ${JSON.stringify(labels)}`).not.toEqual([]);
  return found.reduce((sum, { value }) => sum + value, 0);
}

/** The upper bound of the bucket in which the quantile of the latencies between two scrapes is. */
function quantileUs(
  before: ReadonlyMap<string, Family>,
  after: ReadonlyMap<string, Family>,
  operation: string,
  share: number,
): number {
  const name = 'evenkeel_http_request_duration_seconds';
  const bucketsOf = (families: ReadonlyMap<string, Family>) =>
    (families.get(name)?.samples ?? []).filter(
      (sample) => sample.name === `${name}_bucket` && sample.labels.operation === operation,
    );
  const old = new Map(bucketsOf(before).map(({ labels, value }) => [labels.le, value]));
  const counts = bucketsOf(after).map(
    ({ labels, value }) => [Number(labels.le), value - (old.get(labels.le) ?? 0)] as const,
  );
  const total = counts.at(-1)?.[1] ?? 0;
  return 1e6 * (counts.find(([, count]) => count >= share * total)?.[0] ?? Number.NaN);
}

describe('/metrics', () => {
  it('is in the text format, as the linter of Prometheus wants it', async () => {
    await put(server.url, 'a', 'value');
    const families = await scrape();
    expect(faultsOf(families)).toEqual([]);
    for (const name of families.keys()) expect(name).toMatch(/^evenkeel_/);
    expect(families.get('evenkeel_build_info')?.samples).toEqual([
      {
        name: 'evenkeel_build_info',
        labels: { version: '1.2.3', node: process.version },
        value: 1,
      },
    ]);
  });

  it.each([
    { operation: 'put', putShare: 1 },
    { operation: 'get', putShare: 0 },
  ])('counts the $operation requests of a load, and has their latencies', async (row) => {
    const { operation, putShare } = row;
    const keys = { keys: 'sequential', keySpace: 100, valueBytes: 100, seed: 1 } as const;
    const work = { kind: 'workload', putShare, ...keys } as const;
    const before = await scrape();
    const result = await measure(server.url, { work, rate: 500, durationMs: 1000 });
    await expect.poll(() => server.statistics().running).toBe(0);
    const after = await scrape();
    const rise = (name: string, labels: Labels = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    const counted = rise('http_requests_total', { operation });
    // Some of those in flight at the end may not have been read.
    expect(counted).toBeGreaterThanOrEqual(result.completed);
    expect(counted).toBeLessThanOrEqual(result.sent);
    expect(rise('http_errors_total', { code: '503' })).toBe(0);
    if (operation === 'get') expect(rise('cache_lookups_total')).toBe(counted);
    else {
      const frames = rise('commit_writes_count');
      expect(rise('commit_writes_sum')).toBe(counted);
      expect(rise('journal_sync_duration_seconds_count')).toBe(frames);
      expect(frames).toBeLessThanOrEqual(counted);
    }
    const [p50, p99] = [0.5, 0.99].map((share) => quantileUs(before, after, operation, share));
    // The client sees all of what the server sees, and more. A bucket is half as wide as its bound.
    const seenUs = Math.max(10, 1.51 * result.service.valueAtPercentile(50));
    expect(p50).toBeGreaterThan(0);
    expect(p50).toBeLessThanOrEqual(seenUs);
    expect(p99).toBeGreaterThanOrEqual(p50 as number);
    // The summary is finer than the buckets, and of the same requests.
    const finer = 1e6 * sumOf(after, 'http_request_latency_seconds', { operation, quantile: '1' });
    expect(finer).toBeGreaterThanOrEqual(quantileUs(before, after, operation, 1) / 1.51);
    expect(sumOf(after, 'http_request_latency_seconds_count', { operation })).toBe(
      sumOf(after, 'http_request_duration_seconds_count', { operation }),
    );
  });

  it('counts requests exactly', async () => {
    const before = await scrape();
    const ids = Array.from({ length: 50 }, (_, n) => `exact-${n}`);
    await Promise.all(ids.map((id) => put(server.url, id, 'value')));
    const got = ids.map(async (id) => (await fetch(entityUrl(server.url, id))).text());
    expect(new Set(await Promise.all(got))).toEqual(new Set(['value']));
    const after = await scrape();
    for (const operation of ['put', 'get']) {
      const labels = { operation, status: '2xx' };
      const [old, now] = [before, after].map((all) => sumOf(all, 'http_requests_total', labels));
      expect([operation, (now as number) - (old as number)]).toEqual([operation, 50]);
    }
  });

  it('tells of refusals by their status, and of bytes and connections', async () => {
    const before = await scrape();
    const response = await fetch(entityUrl(server.url, 'none'));
    await response.text();
    const after = await scrape();
    const rise = (name: string, labels: Labels = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(rise('http_requests_total', { operation: 'get' })).toBe(1);
    expect(sumOf(after, 'http_errors_total', { code: '404' })).toBeGreaterThan(0);
    expect(rise('http_received_bytes_total')).toBeGreaterThan(100);
    expect(rise('http_sent_bytes_total')).toBeGreaterThan(100);
    expect(sumOf(after, 'http_connections')).toBeGreaterThan(0);
    expect(sumOf(after, 'http_requests_running')).toBe(0);
    expect(sumOf(after, 'serving')).toBe(1);
    expect(sumOf(after, 'memory_bytes', { kind: 'resident' })).toBeGreaterThan(1e7);
    expect(sumOf(after, 'eventloop_delay_seconds_count')).toBeGreaterThan(0);
  });
});

describe('/healthz and /readyz', () => {
  it('are 200 while the server serves', async () => {
    const health = await fetch(`${admin.url}/healthz`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
    const readiness = await fetch(`${admin.url}/readyz`);
    expect([readiness.status, await readiness.json()]).toEqual([200, { status: 'serving' }]);
  });

  it('while it drains and after: alive, and not ready', async () => {
    const other = await serve({ port: 0, data: await temporaryDirectory() });
    const itsAdmin = await startAdminServer({ port: 0, server: other, version: '1.2.3' });
    onTestFinished(() => itsAdmin.close());
    const closed = other.close();
    for (let times = 0; times < 2; times++) {
      const readiness = await fetch(`${itsAdmin.url}/readyz`);
      expect([readiness.status, await readiness.json()]).toEqual([503, { status: 'draining' }]);
      expect((await fetch(`${itsAdmin.url}/healthz`)).status).toBe(200);
      expect(faultsOf(await scrape(itsAdmin.url))).toEqual([]);
      await closed;
    }
  });

  it('once the store has failed: alive, and not ready', async () => {
    const data = join(await temporaryDirectory(), 'data');
    const other = await serve({ port: 0, data, report: () => {} });
    const itsAdmin = await startAdminServer({ port: 0, server: other, version: '1.2.3' });
    onTestFinished(async () => {
      await other.close();
      await itsAdmin.close();
    });
    await rename(data, `${data}-elsewhere`);
    const readiness = async () => {
      const response = await fetch(`${itsAdmin.url}/readyz`);
      return [response.status, await response.json()];
    };
    await expect.poll(readiness).toEqual([503, { status: 'failed' }]);
    expect((await fetch(`${itsAdmin.url}/healthz`)).status).toBe(200);
  });
});
