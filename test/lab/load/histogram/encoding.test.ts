/** The encoding, against another implementation of it in both directions. */
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { decodeHistogram, encodeHistogram } from '#dist/lab/load/histogram/encoding.js';
import { Histogram, highestTrackableUs } from '#dist/lab/load/histogram/histogram.js';
import { type Runs, theirHistogramOf } from './hdr-histogram.js';

const runs = fc.array(
  fc.tuple(
    fc.oneof(fc.nat(5000), fc.nat(highestTrackableUs)),
    fc.oneof(fc.integer({ min: 1, max: 200 }), count()),
  ),
  { maxLength: 60 },
);

function count() {
  return fc.nat(45).map((bits) => 2 ** bits);
}

function ours(values: Runs): Histogram {
  const histogram = new Histogram();
  for (const [us, times] of values) histogram.record(us, times);
  return histogram;
}

const inner = (text: string) => inflateSync(Buffer.from(text, 'base64').subarray(8));

describe('an encoded histogram', () => {
  test('comes back with the same counters', () => {
    fc.assert(
      fc.property(runs, (values) => {
        const histogram = ours(values);
        const back = decodeHistogram(encodeHistogram(histogram));
        expect([...back.buckets()]).toEqual([...histogram.buckets()]);
        expect(back.count).toBe(histogram.count);
        expect(back.max).toBeGreaterThanOrEqual(histogram.max);
      }),
      { numRuns: 40 },
    );
  });

  test('holds the counters and settings that hdr-histogram-js writes', () => {
    fc.assert(
      fc.property(runs, (values) => {
        const [own, other] = [
          encodeHistogram(ours(values)),
          encodeIntoCompressedBase64(theirHistogramOf(values)),
        ];
        expect(own.slice(0, 9)).toBe('HISTFAAAA');
        const [ownBytes, otherBytes] = [inner(own), inner(other)];
        // Theirs writes 1 as offset and an integer as ratio, where HdrHistogram has 0 and 1.0.
        expect(ownBytes.subarray(0, 8)).toEqual(otherBytes.subarray(0, 8));
        expect(ownBytes.subarray(12, 32)).toEqual(otherBytes.subarray(12, 32));
        expect(ownBytes.subarray(40)).toEqual(otherBytes.subarray(40));
        expect([ownBytes.readInt32BE(8), ownBytes.readDoubleBE(32)]).toEqual([0, 1]);
      }),
      { numRuns: 40 },
    );
  });

  test('is read by hdr-histogram-js, and what that wrote is read by us', () => {
    fc.assert(
      fc.property(runs, (values) => {
        const histogram = ours(values);
        const read = decodeFromCompressedBase64(encodeHistogram(histogram), 64);
        expect(read.totalCount).toBe(histogram.count);
        for (const percentile of [1, 50, 99, 100])
          expect(Math.min(read.getValueAtPercentile(percentile), histogram.max)).toBe(
            histogram.valueAtPercentile(percentile),
          );
        const back = decodeHistogram(encodeIntoCompressedBase64(theirHistogramOf(values)));
        expect([...back.buckets()]).toEqual([...histogram.buckets()]);
      }),
      { numRuns: 30 },
    );
  });
});
