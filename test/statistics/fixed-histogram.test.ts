/** The histogram of metrics: where values go, and what is read back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationBoundsUs, FixedHistogram } from '#dist/statistics/fixed-histogram.js';

test('a value is counted by the first bound that it is not above', () => {
  const histogram = new FixedHistogram([1, 10, 100]);
  for (const value of [0, 1, 1.5, 10, 11, 100, 101, 1e9]) histogram.record(value);
  expect(histogram.cumulative()).toEqual([2, 4, 6, 8]);
  expect(histogram.count).toBe(8);
  expect(histogram.sum).toBe(1_000_000_224.5);
});

test('an empty one has no quantile, and one above all bounds is infinite', () => {
  const histogram = new FixedHistogram([1, 10]);
  expect(histogram.quantile(0.5)).toBeUndefined();
  histogram.record(11);
  expect(histogram.quantile(0.5)).toBe(Number.POSITIVE_INFINITY);
});

test('a quantile of durations is not below the true one, and at most a half above it', () => {
  const durations = fc.array(fc.integer({ min: 10, max: 10_000_000 }), { minLength: 1 });
  const shares = fc.constantFrom(0.5, 0.9, 0.99, 1);
  fc.assert(
    fc.property(durations, shares, (values, share) => {
      const histogram = new FixedHistogram(durationBoundsUs);
      for (const value of values) histogram.record(value);
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
      const found = histogram.quantile(share) as number;
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * 1.51);
    }),
  );
});

test('the bounds of durations rise from 10 µs to 10 s', () => {
  expect(durationBoundsUs).toEqual(durationBoundsUs.toSorted((a, b) => a - b));
  expect([durationBoundsUs[0], durationBoundsUs.at(-1)]).toEqual([10, 10_000_000]);
  expect(durationBoundsUs).toHaveLength(37);
});
