/** The histogram of metrics: where values go, and what is read back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationBoundsUs, FixedHistogram } from '#dist/statistics/fixed-histogram.js';

function recorded(bounds: readonly number[], values: readonly number[]): FixedHistogram {
  const histogram = new FixedHistogram(bounds);
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The value of a rank among all. */
function exactQuantile(values: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * values.length));
  return values.toSorted((a, b) => a - b)[rank - 1] as number;
}

test('a value is counted by the first bound that it is not above', () => {
  const counts = recorded([1, 10, 100], [0, 1, 1.5, 10, 11, 100, 101, 1e9]).read();
  expect(counts.cumulative()).toEqual([2, 4, 6, 8]);
  expect(counts.count).toBe(8);
  expect(counts.sum).toBe(1_000_000_224.5);
});

test('an empty one has no quantile, and the last bound stands for all above it', () => {
  expect(recorded([1, 10], []).read().quantile(0.5)).toBeUndefined();
  expect(recorded([1, 10], [11]).read().quantile(0.5)).toBe(10);
});

test('what is read stays, and later values are in the difference', () => {
  const histogram = recorded([10, 20], [5, 15]);
  const before = histogram.read();
  for (const value of [15, 16, 30]) histogram.record(value);
  expect(before.cumulative()).toEqual([1, 2, 2]);
  const between = histogram.read().since(before);
  expect([between.cumulative(), between.count, between.sum]).toEqual([[0, 2, 3], 3, 61]);
  expect(histogram.read().since(undefined).count).toBe(5);
});

test('each bound is the end of its bucket, whatever the parts round to', () => {
  const counts = recorded(durationBoundsUs, durationBoundsUs).read();
  expect(counts.cumulative()).toEqual([
    ...durationBoundsUs.map((_, at) => at + 1),
    durationBoundsUs.length,
  ]);
});

test('a quantile of durations from 1 µs on is at most 4 % off', () => {
  const durations = fc.array(fc.double({ min: 1, max: 1e8, noNaN: true }), { minLength: 1 });
  const shares = fc.constantFrom(0.01, 0.5, 0.9, 0.99, 0.999, 1);
  fc.assert(
    fc.property(durations, shares, (values, share) => {
      const exact = exactQuantile(values, share);
      const found = recorded(durationBoundsUs, values).read().quantile(share) as number;
      expect(Math.abs(found / exact - 1)).toBeLessThan(0.04);
    }),
  );
});

test('the bounds of durations rise from 1 µs to 100 s', () => {
  expect(durationBoundsUs).toEqual(durationBoundsUs.toSorted((a, b) => a - b));
  expect([durationBoundsUs[0], durationBoundsUs.at(-1)]).toEqual([1, 100_000_000]);
  expect(durationBoundsUs).toHaveLength(49);
});
