/** Records: what is in them, and what is kept out of them. */
import { describe, expect, test } from 'vitest';
import { decodeHistogram } from '#dist/lab/load/histogram/encoding.js';
import { toRecord } from '#dist/lab/load/output/make-record.js';
import { readRecord } from '#dist/lab/load/output/read-record.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';
import { emptyResult, extras, filled, full, fullExtras, sampleResult } from './sample.js';

describe('a record', () => {
  test('holds the run’s figures', () => {
    expect(full).toMatchObject({
      schema: 'evenkeel-load/1',
      startedAt: '2024-05-06T07:08:09.000Z',
      endedEarly: 'signal',
      options: {
        url: 'http://127.0.0.1:8080/x',
        ratePerSecond: 1000,
        headers: [{ name: 'Accept', value: '*/*' }],
        http2: { streams: 5 },
      },
      elapsedUs: 15_003_880,
      requests: { sent: 9115, completed: 9091, completedPerSecond: 9091 / 15.00388 },
      errors: { timeout: 19, status: 93 },
      causes: [{ text: 'status 503', count: 93 }],
      requestRates: { count: 3, minPerSecond: 100, maxPerSecond: 1780 },
      ...fullExtras,
    });
    expect(full.options).not.toHaveProperty('rate');
  });

  test('holds each part of the latency, as figures and whole', () => {
    const record = toRecord({ ...sampleResult, lag: filled(1, 2, 3, 4, 10) }, extras);
    const { histogram, ...figures } = record.lag;
    expect(figures).toEqual({
      count: 5,
      minUs: 1,
      meanUs: 4,
      stdDevUs: Math.sqrt(10),
      maxUs: 10,
      percentiles: [50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100].map((percentile) => ({
        percentile,
        valueUs: percentile === 50 ? 3 : percentile === 75 ? 4 : 10,
      })),
    });
    expect([...decodeHistogram(histogram).buckets()]).toEqual([
      ...filled(1, 2, 3, 4, 10).buckets(),
    ]);
  });

  test('comes back from its text as it was', () => {
    for (const record of [full, toRecord(emptyResult, extras)])
      expect(readRecord(JSON.stringify(record), 'a.json')).toEqual(record);
  });

  test('keeps passwords and tokens to itself', () => {
    const secrets = [
      'Authorization',
      'cookie',
      'Proxy-Authorization',
      'X-Api-Key',
      'x-auth',
      'My-Token',
      'APISECRET',
    ];
    const options: LoadResult['options'] = {
      ...sampleResult.options,
      url: 'https://ann:hush@example.org/v0/entity?id=k&access_token=hush&x=1#hush',
      headers: [...secrets.map((name) => [name, 'hush'] as const), ['Accept', 'text/plain']],
    };
    const { url, headers } = toRecord({ ...sampleResult, options }, extras).options;
    expect(url).toBe('https://…@example.org/v0/entity?id=k&access_token=…&x=1#hush');
    expect(headers).toEqual([
      ...secrets.map((name) => ({ name, value: '…' })),
      { name: 'Accept', value: 'text/plain' },
    ]);
  });
});
