/** Properties of the histogram, against a sorted array and against another implementation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram, highestTrackableUs } from '#dist/lab/load/histogram/histogram.js';
import { theirHistogramOf } from './hdr-histogram.js';

/** Durations of every size, for a uniform choice would hardly ever give a short one. */
const us = fc.oneof(
  fc.nat(5000),
  fc.nat(highestTrackableUs),
  fc
    .tuple(fc.nat(36), fc.nat(2))
    .map(([bits, beside]) => Math.min(2 ** bits + beside, highestTrackableUs)),
);
const durations = fc.array(us, { minLength: 1, maxLength: 300 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const everything = (histogram: Histogram) => ({
  count: histogram.count,
  min: histogram.min,
  max: histogram.max,
  buckets: [...histogram.buckets()],
});

describe('a histogram', () => {
  test('knows count, minimum and maximum exactly', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const { count, min, max } = histogramOf(values);
        const sorted = ascending(values);
        expect({ count, min, max }).toEqual({
          count: values.length,
          min: sorted[0],
          max: sorted.at(-1),
        });
      }),
    );
  });

  test('gives percentiles by nearest rank, at most 1/1024 more, exactly below 2048 µs', () => {
    fc.assert(
      fc.property(durations, fc.nat(100_000), (values, thousandths) => {
        const rank = Math.max(1, Math.ceil((thousandths * values.length) / 100_000));
        const truth = ascending(values)[rank - 1] as number;
        const got = histogramOf(values).valueAtPercentile(thousandths / 1000);
        expect(got).toBeGreaterThanOrEqual(truth);
        expect(got).toBeLessThanOrEqual(truth < 2048 ? truth : truth + truth / 1024);
        expect(got).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  test('finds the right rank however many values there are', () => {
    for (const count of [1e3, 1e6, 1e8, 1e11, 1e13])
      for (const [percentile, share] of [
        [99.9, 0.999] as const,
        [99.99, 0.9999] as const,
        [7, 0.07] as const,
      ]) {
        const histogram = new Histogram();
        const below = Math.round(share * count);
        histogram.record(1, below);
        histogram.record(2, count - below);
        expect([count, percentile, histogram.valueAtPercentile(percentile)]).toEqual([
          count,
          percentile,
          1,
        ]);
        histogram.record(2, count / 100);
        expect([count, percentile, histogram.valueAtPercentile(percentile)]).toEqual([
          count,
          percentile,
          2,
        ]);
      }
  });

  test('takes percentages beyond 0 and 100 for these', () => {
    const histogram = histogramOf([3, 5, 9]);
    expect([-1, 0, 100, 100.5, 1e9].map((p) => histogram.valueAtPercentile(p))).toEqual([
      3, 3, 9, 9, 9,
    ]);
  });

  test('gives mean and standard deviation within half a bucket', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance =
          values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        const tolerance = 1 + Math.max(...values) / 1024;
        const histogram = histogramOf(values);
        expect(Math.abs(histogram.mean - mean)).toBeLessThan(tolerance);
        expect(Math.abs(histogram.stdDeviation - Math.sqrt(variance))).toBeLessThan(tolerance);
      }),
      { numRuns: 30 },
    );
  });

  test('merged with another is the histogram of all the values', () => {
    fc.assert(
      fc.property(fc.array(us), fc.array(us), (some, others) => {
        const merged = histogramOf(some);
        merged.add(histogramOf(others));
        expect(everything(merged)).toEqual(everything(histogramOf([...some, ...others])));
      }),
      { numRuns: 40 },
    );
  });

  test('cuts fractions off, counts negative durations as 0 and those beyond a day as a day', () => {
    const histogram = histogramOf([-3, 1.99, highestTrackableUs, highestTrackableUs + 1, 1e15]);
    expect(everything(histogram)).toMatchObject({ count: 5, min: 0, max: highestTrackableUs });
    expect([...histogram.buckets()].slice(0, 2)).toMatchObject([
      { highest: 0, count: 1 },
      { highest: 1, count: 1 },
    ]);
    expect(histogram.valueAtPercentile(60)).toBe(highestTrackableUs);
  });

  test('without values is all zeros, also after one that occurs 0 times, and after reset', () => {
    const zeros = { count: 0, min: 0, max: 0, buckets: [] };
    const histogram = new Histogram();
    histogram.record(7, 0);
    expect(everything(histogram)).toEqual(zeros);
    expect([histogram.mean, histogram.stdDeviation, histogram.valueAtPercentile(50)]).toEqual([
      0, 0, 0,
    ]);
    histogram.record(7, 3);
    histogram.reset();
    expect(everything(histogram)).toEqual(zeros);
    expect(histogram.counts).toHaveLength(0);
  });

  test('has the buckets, mean and standard deviation of hdr-histogram-js', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const [ours, other] = [
          histogramOf(values),
          theirHistogramOf(values.map((value) => [value, 1])),
        ];
        const buckets = [...ours.buckets()];
        const theirs = buckets.map(({ lowest, middle }) => ({
          lowest: other.lowestEquivalentValue(middle),
          highest: other.highestEquivalentValue(middle),
          middle: other.medianEquivalentValue(lowest),
          count: other.getCountAtIndex(other.countsArrayIndex(lowest)),
        }));
        expect(buckets).toEqual(theirs);
        expect(ours.count).toBe(other.totalCount);
        expect(ours.mean).toBeCloseTo(other.mean, 3);
        expect(ours.stdDeviation / (1 + other.stdDeviation)).toBeCloseTo(
          other.stdDeviation / (1 + other.stdDeviation),
          9,
        );
      }),
      { numRuns: 8 },
    );
  });
});
