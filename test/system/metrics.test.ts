/**
 * The admin port and `evenkeel load` tell the same of one run: as many requests, at the same rate.
 * The quantiles are those of the server's own times, which the access log has one by one. They are
 * below the generator's, which have all that lies between the two; how far below, is measured by
 * `npm run bench -- --only metrics`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OperationInterval } from '#dist/admin/stats/interval.js';
import type { Stats } from '#dist/admin/stats/stats.js';
import type { LoadRecord } from '#dist/lab/load/result/load-record.js';
import { temporaryDirectory } from '../support/directory.js';
import { runCommand, startServer } from '../support/process.js';

const rate = 5000;
/** The times of all requests count, if there are no more. */
const seconds = 10;
const keySpace = '1000';
/** A quantile of the server may be off by so much. */
const precision = 0.04;
/** The access log has whole µs. */
const roundedMs = 0.001;
const shares = [
  [0.5, 'p50'],
  [0.99, 'p99'],
  [0.999, 'p999'],
] as const;

test.each(['put', 'get', 'mixed:50/50'])(
  `the figures of ${rate} requests per second: %s`,
  async (workload) => {
    const directory = await temporaryDirectory();
    const data = join(directory, 'data');
    const filled = await startServer(data);
    const file = join(directory, 'load.json');
    const load = (url: string, ...args: string[]) =>
      runCommand([
        ...['load', '-t1', '-c20', '--key-space', keySpace, '--allow-invalid', '--json', file],
        ...[...args, url],
      ]);
    await load(filled.url, '-R1000', '-d2s', '--workload', 'put');
    await filled.end('SIGTERM');

    // It has counted nothing yet.
    const server = await startServer(data, ['--admin-port', '0', '--access-log', '1']);
    const run = ['-R', String(rate), '-d', `${seconds}s`, '--workload', workload];
    const { code, stderr } = await load(server.url, ...run);
    expect([code, stderr]).toEqual([0, '']);
    const record = JSON.parse(await readFile(file, 'utf8')) as LoadRecord;
    const stats = (await (await fetch(`${server.adminUrl}/stats`)).json()) as Stats;
    const metrics = await (await fetch(`${server.adminUrl}/metrics`)).text();
    await server.end('SIGTERM');

    const operations = Object.entries(stats.minute.operations) as [string, OperationInterval][];
    const [kind] = workload.split(':');
    const names = kind === 'mixed' ? ['get', 'put'] : [kind];
    expect(operations.map(([name]) => name).toSorted()).toEqual(names);
    const sum = (pick: (each: OperationInterval) => number) =>
      operations.reduce((total, [, each]) => total + pick(each), 0);
    const counted = sum(({ requests }) => requests);
    // Those in flight at the end are counted by the server alone, if it has read them.
    const { completed, sent } = record.requests;
    expect(record.latencyFromUs).toBe(0);
    expect(counted).toBeGreaterThanOrEqual(completed);
    expect(counted).toBeLessThanOrEqual(sent);
    expect(sum(({ errors }) => errors)).toBe(0);

    const total = /^evenkeel_http_requests_total\{operation="(?:get|put)",status="2xx"\} (\d+)$/gm;
    expect([...metrics.matchAll(total)].reduce((all, [, count]) => all + Number(count), 0)).toBe(
      counted,
    );

    for (const [name, { latencyMs }] of operations) {
      const timesMs = server
        .log()
        .filter(({ operation }) => operation === name)
        .map(({ durationMs }) => Number(durationMs))
        .toSorted((a, b) => a - b);
      expect(timesMs).toHaveLength(stats.minute.operations[name as 'get']?.requests ?? 0);
      for (const [share, figure] of shares) {
        const exactMs = timesMs[Math.ceil(share * timesMs.length) - 1] as number;
        const offMs = Math.abs((latencyMs?.[figure] ?? Number.NaN) - exactMs);
        expect(offMs).toBeLessThanOrEqual(precision * exactMs + roundedMs);
        const labels = `{operation="${name}",quantile="${share}"}`;
        const start = `evenkeel_http_request_latency_seconds${labels} `;
        const line = metrics.split('\n').find((each) => each.startsWith(start));
        const value = line?.slice(start.length);
        expect(Math.abs(1000 * Number(value) - exactMs)).toBeLessThanOrEqual(
          precision * exactMs + roundedMs,
        );
      }
    }

    for (const [percentile, name] of [
      [50, 'p50'],
      [90, 'p90'],
    ] as const) {
      const seen = record.service.percentiles.find((each) => each.percentile === percentile);
      const generatorMs = (seen?.valueUs ?? Number.NaN) / 1000;
      // That of one of two operations is not above that of both together.
      const serverMs = Math.min(
        ...operations.map(([, { latencyMs }]) => Number(latencyMs?.[name])),
      );
      expect(serverMs).toBeGreaterThan(0);
      expect(serverMs).toBeLessThanOrEqual((1 + precision) * generatorMs);
    }
  },
);
