/** The table of percentiles, against wrk2's own and against hdr-histogram-js. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram, highestTrackableUs } from '#dist/lab/load/histogram/histogram.js';
import { formatPercentileTable } from '#dist/lab/load/output/hgrm.js';
import { theirHistogramOf } from '../histogram/hdr-histogram.js';
import { histogramOf, tablesOf, wrk2Report } from './sample.js';

/**
 * All but mean and deviation, which rows do not tell, and the maximum, which wrk2 gives as its
 * bucket's lower end.
 */
const known = (table: string) => table.replace(/(Mean|StdDeviation|Max) +=( +)[\d.]+/g, '$1');

test('the rows of wrk2’s tables come out as they went in, byte for byte', () => {
  const tables = tablesOf(wrk2Report);
  expect(tables).toHaveLength(2);
  for (const table of tables)
    expect(known(formatPercentileTable(histogramOf(table)))).toBe(known(table));
});

test('the footer has wrk2’s columns', () => {
  const histogram = new Histogram();
  histogram.record(1000);
  histogram.record(2001);
  expect(formatPercentileTable(histogram).split('\n').slice(-5, -1)).toEqual([
    '       2.001     1.000000            2          inf',
    '#[Mean    =        1.500, StdDeviation   =        0.500]',
    '#[Max     =        2.001, Total count    =            2]',
    '#[Buckets =           27, SubBuckets     =         2048]',
  ]);
});

test('an empty histogram has one row, of zeros', () => {
  expect(formatPercentileTable(new Histogram())).toBe(
    `       Value   Percentile   TotalCount 1/(1-Percentile)

       0.000     1.000000            0          inf
#[Mean    =        0.000, StdDeviation   =        0.000]
#[Max     =        0.000, Total count    =            0]
#[Buckets =           27, SubBuckets     =         2048]
`,
  );
});

/**
 * Rows as a plotter reads them: four columns, of which the last row's fourth is not a number to it.
 */
function rowsOf(table: string): number[][] {
  const lines = table.split('\n').filter((line) => /^ *[\d.]+ /.test(line));
  return lines.map((line) => line.trim().split(/ +/).map(Number).slice(0, 3));
}

test('rows are those of hdr-histogram-js, but the last bucket ends at the exact maximum', () => {
  const us = fc.oneof(fc.nat(3000), fc.nat(100_000), fc.nat(highestTrackableUs));
  const runs = fc.array(fc.tuple(us, fc.integer({ min: 1, max: 100_000 })), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(runs, (values) => {
      const ours = new Histogram();
      for (const [value, times] of values) ours.record(value, times);
      const expected = rowsOf(theirHistogramOf(values).outputPercentileDistribution(5, 1000));
      const maxMs = ours.max / 1000;
      expect(rowsOf(formatPercentileTable(ours))).toEqual(
        expected.map(([ms = 0, share = 0, count]) => [
          Math.min(ms, maxMs),
          Number(share.toFixed(6)),
          count,
        ]),
      );
    }),
  );
});
