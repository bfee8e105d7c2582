/** A report that wrk2 really printed, and a result with the data of its tables. */
import { readFileSync } from 'node:fs';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { type RecordExtras, toRecord } from '#dist/lab/load/output/make-record.js';
import type { LoadResult, SlowRequest } from '#dist/lab/load/result/result.js';

/** It ran with -t2 -c8 -d15s -R1000 -L -U. */
export const wrk2Report = readFileSync(new URL('wrk2-report.txt', import.meta.url), 'utf8');

/** The tables of percentiles in a report of wrk2's: from "Value" to "#[Buckets". */
export function tablesOf(report: string): string[] {
  return [...report.matchAll(/^ {7}Value .*?^#\[Buckets .*?\n/gms)].map(([table]) => table);
}

/** A histogram with the same table: each row's values are taken as equal. */
export function histogramOf(table: string): Histogram {
  const histogram = new Histogram();
  for (const [, ms, total] of table.matchAll(/^ +([\d.]+) +[\d.]+ +(\d+) +[\d.]+$/gm))
    histogram.record(Math.round(Number(ms) * 1000), Number(total) - histogram.count);
  return histogram;
}

export function filled(...us: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of us) histogram.record(value);
  return histogram;
}

const [latencyTable = '', serviceTable = ''] = tablesOf(wrk2Report);

const standstills = { count: 1, totalUs: 1500, longestUs: 1500 };

/** The run of wrk2's report, as far as that tells. */
export const sampleResult: LoadResult = {
  options: {
    ...defaultOptions,
    url: 'http://127.0.0.1:8080/x',
    connections: 8,
    durationMs: 15_000,
    rate: 1000,
  },
  startedAt: '2024-05-06T07:08:09.000Z',
  elapsedUs: 15_003_880,
  latencyFromUs: 10_020_000,
  sent: 9115,
  completed: 9091,
  bytesRead: 1_483_396,
  errors: { connect: 0, read: 0, write: 0, timeout: 19, status: 93 },
  causes: [],
  unanswered: { inFlight: 0, unsent: 0 },
  threads: [
    { calibrationMeanUs: 2640, samplingMs: 10, completed: 4600, busy: 0.25, standstills },
    { calibrationMeanUs: 3510.4, samplingMs: 11, completed: 4491, busy: 0.24, standstills },
  ],
  latency: histogramOf(latencyTable),
  wait: filled(0, 10, 120_000),
  lag: filled(2, 3, 900),
  service: histogramOf(serviceTable),
  latencyWithoutLag: histogramOf(serviceTable),
  requestRates: filled(100, 218, 1780),
  timeline: [
    { second: 0, seconds: 1, completed: 900, errors: 0, p50Us: 1200, p99Us: 4000, maxUs: 9000 },
    { second: 1, seconds: 1, completed: 950, errors: 2, p50Us: 1300, p99Us: 4100, maxUs: 9100 },
  ],
};

/** One that was served slowly, unless changed. */
export function slowRequest(
  dueUs: number,
  latencyUs: number,
  change: Partial<SlowRequest> = {},
): SlowRequest {
  const dueAtMs = 1_714_979_289_000 + dueUs / 1000;
  return {
    dueUs,
    dueAtMs,
    latencyUs,
    waitUs: 0,
    lagUs: 0,
    serviceUs: latencyUs,
    thread: 0,
    connection: 0,
    ...change,
  };
}

export const emptyResult: LoadResult = {
  ...sampleResult,
  elapsedUs: 0,
  completed: 0,
  bytesRead: 0,
  errors: { connect: 0, read: 0, write: 0, timeout: 0, status: 0 },
  latency: filled(),
  wait: filled(),
  lag: filled(),
  service: filled(),
  latencyWithoutLag: filled(),
  requestRates: filled(),
  timeline: [],
};

export const machine = {
  node: 'v20.19.0',
  platform: 'linux x64',
  cpu: 'some CPU',
  cores: 4,
  memoryBytes: 8e9,
};

export const extras: RecordExtras = { machine, verdict: { valid: true }, slo: [] };

export const fullExtras: RecordExtras = {
  machine,
  verdict: { valid: false, reasons: ['It was late.'] },
  slo: [{ text: 'p99<5ms', unit: 'µs', limit: 5000, actual: 7410, held: false }],
  search: [
    {
      rate: 1000,
      achieved: 999,
      p50Us: 1,
      p99Us: 2,
      p999Us: 3,
      passed: false,
      failure: 'missed p99<5ms',
    },
  ],
};

const explained = {
  ...slowRequest(1_000_000, 9100),
  cause: 'blocked event loop',
  behind: false,
  partsUs: { 'blocked event loop': 9000, 'not explained': 100 },
};

const explanation: RecordExtras['explanation'] = {
  ...{ pid: 4711, fromUs: 9000, isP99: false, unlisted: 1, notes: ['It was seen badly.'] },
  requests: [explained],
  causes: [
    {
      ...{ cause: 'blocked event loop', requests: 1, behind: 0, share: 1, worstUs: 9100 },
      frame: 'hash (app.js:12)',
      example: { ...explained, seen: 'blocked event loop 9.00 ms' },
    },
  ],
};

/** A record with every field that there is. */
export const full = toRecord(
  {
    ...sampleResult,
    endedEarly: 'signal',
    causes: [['status 503', 93]],
    slow: { fromUs: 9000, requests: [slowRequest(1_000_000, 9100)], unlisted: 1 },
    options: {
      ...sampleResult.options,
      headers: [['Accept', '*/*']],
      unixSocket: '/run/store.sock',
      http2: { streams: 5 },
      slowMs: 9,
      work: { kind: 'script', file: 'put.lua', args: ['a'] },
    },
  },
  { ...fullExtras, explanation },
);
