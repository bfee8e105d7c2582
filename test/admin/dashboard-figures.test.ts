/** From the figures of /stats to those that the dashboard draws. */
import { expect, it } from 'vitest';
import { dataOf } from '#dist/admin/dashboard/browser/charts/chart.js';
import { requestCharts } from '#dist/admin/dashboard/browser/charts/request-charts.js';
import { serverCharts } from '#dist/admin/dashboard/browser/charts/server-charts.js';
import { formatBytes, formatDuration, formatFigure } from '#dist/admin/dashboard/browser/format.js';
import { addStats, lastSeconds } from '#dist/admin/dashboard/browser/history.js';
import type { Interval } from '#dist/admin/stats/interval.js';
import type { Stats } from '#dist/admin/stats/stats.js';

function second(toMs: number, more: Partial<Interval> = {}): Interval {
  return {
    fromMs: toMs - 2000,
    toMs,
    operations: {},
    errors: {},
    running: 0,
    connections: { open: 0, accepted: 0, refused: 0 },
    receivedBytes: 0,
    sentBytes: 0,
    contentBytes: 0,
    process: {
      loopDelayMs: null,
      loopUtilization: 0.5,
      gcMs: 20,
      cpuMs: { user: 1000, system: 200 },
      memoryBytes: { resident: 2 ** 20, heapUsed: 0, external: 0 },
    },
    ...more,
  };
}

function valuesOf(title: string, interval: Interval): readonly (number | null | undefined)[] {
  const chart = [...requestCharts, ...serverCharts].find((each) => each.title === title);
  return chart ? dataOf(chart, [interval]).values.map(([value]) => value) : [];
}

it.each([
  [null, '–'],
  [0, '0'],
  [0.0004, '0'],
  [0.0123, '0.012'],
  [1.2345, '1.23'],
  [99.96, '100'],
  [1234.5, '1\u00a0235'],
  [1_234_567, '1\u00a0234\u00a0567'],
])('%d is written %s', (value, text) => {
  expect(formatFigure(value)).toBe(text);
});

it('sizes and durations have the units that people read', () => {
  expect([0, 1023, 1024, 5.5 * 2 ** 30].map(formatBytes)).toEqual([
    '0\u00a0B',
    '1\u00a0023\u00a0B',
    '1\u00a0KiB',
    '5.5\u00a0GiB',
  ]);
  expect([0.4, 61, 3600, 90_061].map(formatDuration)).toEqual([
    '0\u00a0s',
    '1\u00a0min 1\u00a0s',
    '1\u00a0h 0\u00a0min',
    '1\u00a0d 1\u00a0h',
  ]);
});

it('errors are counted once, by what they mean, and per second', () => {
  const errors = { 400: 2, 404: 4, 500: 6, 503: 8, 507: 10, 504: 2 };
  expect(valuesOf('Errors', second(2000, { errors }))).toEqual([3, 4, 5, 4]);
});

it('a rate without requests is zero; a latency without requests is none', () => {
  const latencyMs = { p50: 0, p90: 1, p99: 2, p999: 3, max: 4 };
  const operation = { requests: 10, perSecond: 5, errors: 0, latencyMs };
  const operations = { get: operation, batch: operation, status: operation };
  const busy = second(2000, { operations });
  expect(valuesOf('Rate', busy)).toEqual([5, 0, 0, 0, 10]);
  // A zero has no place on a logarithmic axis.
  expect(valuesOf('Latency of GET', busy)).toEqual([0.001, 2, 3, 4]);
  expect(valuesOf('Latency of PUT', busy)).toEqual([null, null, null, null]);
});

it('the load is a share of a CPU, whatever the length of the interval', () => {
  expect(valuesOf('Load', second(2000))).toEqual([50, 60, 1]);
});

it('seconds are kept once; another process and a clock set back start over', () => {
  const stats = (pid: number, ...times: number[]) =>
    ({ pid, seconds: times.map((time) => second(time)) }) as unknown as Stats;
  const shown = (count = 600) => lastSeconds(count).map(({ toMs }) => toMs);
  addStats(stats(1, 1000, 2000));
  addStats(stats(1, 1000, 2000, 3000));
  expect(shown()).toEqual([1000, 2000, 3000]);
  expect(shown(2)).toEqual([2000, 3000]);
  addStats(stats(1));
  expect(shown()).toEqual([1000, 2000, 3000]);
  addStats(stats(1, 1500));
  expect(shown()).toEqual([1500]);
  addStats(stats(2, 5000));
  expect(shown()).toEqual([5000]);
});
