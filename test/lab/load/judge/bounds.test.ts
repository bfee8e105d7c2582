/** The bounds of a latency, where the generator sleeps while requests are due. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedLatency, formatBounded } from '#dist/lab/load/result/bounds.js';
import { play } from '../generator/virtual-service.js';
import { histogram } from './result.js';

const ms = 1000;
const percentiles = [0, 50, 75, 90, 95, 99, 99.9, 100];

test('a percentile lies between the one without the lag and the measured one', () => {
  const latency = histogram([200, 98], [290, 2]);
  const latencyWithoutLag = histogram([150, 99], [180, 1]);
  const bounds = (p: number) => formatBounded(boundedLatency({ latency, latencyWithoutLag }, p));
  expect([50, 99, 100].map(bounds)).toEqual([
    '0.20 ms (0.15–0.20)',
    '0.29 ms (0.15–0.29)',
    '0.29 ms (0.18–0.29)',
  ]);
});

test('a generator that is never late has no distance between its bounds', () => {
  const { records } = play({
    rate: 100,
    connections: 2,
    durationUs: 1000 * ms,
    respondUs: (us) => us + 3 * ms,
  });
  for (const percentile of percentiles)
    expect(boundedLatency(records, percentile)).toEqual({ valueUs: 3 * ms, lowerUs: 3 * ms });
});

test('no lower bound is above its figure', () => {
  const stretch = fc.tuple(fc.nat(1000 * ms), fc.nat(500 * ms));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 1, max: 300 * ms }), { minLength: 1, maxLength: 10 }),
      fc.array(stretch, { maxLength: 5 }),
      (rate, connections, services, sleeps) => {
        let call = 0;
        const { records } = play({
          rate,
          connections,
          durationUs: 1000 * ms,
          respondUs: (us) => us + (services[call++ % services.length] as number),
          asleep: sleeps.map(([from, length]) => [from, from + length] as const),
        });
        for (const percentile of percentiles) {
          const { valueUs, lowerUs } = boundedLatency(records, percentile);
          expect(lowerUs).toBeLessThanOrEqual(valueUs);
          expect(records.latencyWithoutLag.valueAtPercentile(percentile)).toBeLessThanOrEqual(
            valueUs * (1 + 1 / 1024) + 1,
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});
