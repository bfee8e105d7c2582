/** The encoding, against another implementation of it in both directions, and against text that is not it. */
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { decodeHistogram, EncodingError, encodeHistogram } from '#dist/load/statistics/encoding.js';
import { Histogram, highestTrackableUs } from '#dist/load/statistics/histogram.js';

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

type Runs = readonly (readonly [us: number, times: number])[];

function ours(values: Runs): Histogram {
  const histogram = new Histogram();
  for (const [us, times] of values) histogram.record(us, times);
  return histogram;
}

function theirs(values: Runs) {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestTrackableUs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
    autoResize: false,
  });
  for (const [us, times] of values) histogram.recordValueWithCount(us, times);
  return histogram;
}

const inner = (text: string) => inflateSync(Buffer.from(text, 'base64').subarray(8));

/** A text like ours around other contents. */
function wrap(contents: Uint8Array, cookie = 0x1c849314, announced?: number): string {
  const packed = deflateSync(contents);
  const envelope = Buffer.alloc(8);
  envelope.writeInt32BE(cookie, 0);
  envelope.writeInt32BE(announced ?? packed.length, 4);
  return Buffer.concat([envelope, packed]).toString('base64');
}

/** Our encoding of one value, changed by the function. */
function changed(change: (bytes: Buffer) => void): string {
  const bytes = inner(encodeHistogram(ours([[5, 1]])));
  change(bytes);
  return wrap(bytes);
}

/** Contents with these bytes as counts. */
function withCounts(...counts: readonly number[]): string {
  const header = inner(encodeHistogram(new Histogram())).subarray(0, 40);
  header.writeInt32BE(counts.length, 4);
  return wrap(Buffer.concat([header, Uint8Array.from(counts)]));
}

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
    );
  });

  test('holds the counters and settings that hdr-histogram-js writes', () => {
    fc.assert(
      fc.property(runs, (values) => {
        const [own, other] = [encodeHistogram(ours(values)), encodeIntoCompressedBase64(theirs(values))];
        expect(own.slice(0, 9)).toBe('HISTFAAAA');
        const [ownBytes, otherBytes] = [inner(own), inner(other)];
        // Theirs writes 1 as the offset and an integer as the ratio, where HdrHistogram in Java has 0 and 1.0.
        expect(ownBytes.subarray(0, 8)).toEqual(otherBytes.subarray(0, 8));
        expect(ownBytes.subarray(12, 32)).toEqual(otherBytes.subarray(12, 32));
        expect(ownBytes.subarray(40)).toEqual(otherBytes.subarray(40));
        expect([ownBytes.readInt32BE(8), ownBytes.readDoubleBE(32)]).toEqual([0, 1]);
      }),
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
        const back = decodeHistogram(encodeIntoCompressedBase64(theirs(values)));
        expect([...back.buckets()]).toEqual([...histogram.buckets()]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('text that is no histogram of ours is refused because', () => {
  const good = encodeHistogram(ours([[5, 1]]));
  test.each([
    ['it is empty', '', '0 bytes are too few'],
    ['it is not base64', `${good}!`, 'it is not base64'],
    [
      'the outer cookie is another',
      wrap(inner(good), 0x1c849308),
      'its outer cookie is 0x1c849308 instead of',
    ],
    ['it is cut off', good.slice(0, -4), 'compressed bytes and has'],
    ['it announces another length', wrap(inner(good), undefined, 7), 'it announces 7 compressed bytes'],
    ['it does not unpack', good.slice(0, 12) + good.slice(12).replace(/[^=]/g, 'A'), 'it does not unpack'],
    ['it would unpack to more than a histogram', wrap(Buffer.alloc(1e6)), 'it does not unpack'],
    ['it ends in the header', wrap(Buffer.alloc(39)), '39 bytes are too few for a header'],
    ['the inner cookie is another', changed((b) => b.writeInt32BE(1, 0)), 'its inner cookie is 0x1 instead'],
    ['counts are missing', changed((b) => b.writeInt32BE(9, 4)), 'it announces 9 bytes of counts and has 2'],
    ['it has two digits', changed((b) => b.writeInt32BE(2, 12)), "'digits' is 2 instead of 3"],
    ['it counts in 2 µs', changed((b) => b.writeInt32BE(2, 20)), "'lowest' is 2 instead of 1"],
    ['it ends at another value', changed((b) => b.writeInt32BE(9, 28)), "'highest' is "],
    ['its last count is cut off', withCounts(2, 0x80), 'its last count is cut off'],
    ['a count is beyond all measure', withCounts(...Array(8).fill(255), 127), 'a count above 2^52'],
    ['it has too many counters', withCounts(0xff, 0xff, 0xff, 0x7f, 0), 'counters, more than 28672'],
    ['a value is longer than a day', withCounts(0xfb, 0xbf, 0x03, 2), 'it holds a value above 86400000000'],
  ])('%s', (_why, text, message) => {
    expect(() => decodeHistogram(text)).toThrow(EncodingError);
    expect(() => decodeHistogram(text)).toThrow(message);
  });

  test('a flipped bit gives a histogram or an EncodingError, nothing else', () => {
    const bytes = inner(
      encodeHistogram(
        ours([
          [5, 1],
          [70_000, 300],
          [9e9, 2 ** 40],
        ]),
      ),
    );
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        expect(decodeHistogram(wrap(copy))).toBeInstanceOf(Histogram);
      } catch (error) {
        expect(error).toBeInstanceOf(EncodingError);
      }
    }
  });
});
