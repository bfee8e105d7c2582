/**
 * The admin port and `evenkeel load` tell the same of one run: as many requests, at the same rate.
 * Their times differ by what lies between the two. So the server's are below the generator's here;
 * how far below, `npm run bench -- --only metrics` measures.
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
/** A quantile of the server may be too high by so much. */
const precision = 1.04;

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
    const server = await startServer(data, ['--admin-port', '0']);
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
      expect(serverMs).toBeLessThanOrEqual(precision * generatorMs);
    }
  },
);
