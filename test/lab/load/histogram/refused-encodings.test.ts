/** Text that is not an encoded histogram is refused with its reason. */
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  decodeHistogram,
  EncodingError,
  encodeHistogram,
} from '#dist/lab/load/histogram/encoding.js';
import { Histogram } from '#dist/lab/load/histogram/histogram.js';

function histogramOf(...runs: readonly (readonly [us: number, times: number])[]): Histogram {
  const histogram = new Histogram();
  for (const [us, times] of runs) histogram.record(us, times);
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
  const bytes = inner(encodeHistogram(histogramOf([5, 1])));
  change(bytes);
  return wrap(bytes);
}

/** Contents with these bytes as counts. */
function withCounts(...counts: readonly number[]): string {
  const header = inner(encodeHistogram(new Histogram())).subarray(0, 40);
  header.writeInt32BE(counts.length, 4);
  return wrap(Buffer.concat([header, Uint8Array.from(counts)]));
}

describe('text that is not a histogram of ours is refused because', () => {
  const good = encodeHistogram(histogramOf([5, 1]));
  test.each([
    ['it is empty', '', '0 bytes are too few'],
    ['it is not base64', `${good}!`, 'it is not base64'],
    [
      'the outer cookie is another',
      wrap(inner(good), 0x1c849308),
      'its outer cookie is 0x1c849308 instead of',
    ],
    ['it is cut off', good.slice(0, -4), 'compressed bytes and has'],
    [
      'it announces another length',
      wrap(inner(good), undefined, 7),
      'it announces 7 compressed bytes',
    ],
    [
      'it does not unpack',
      good.slice(0, 12) + good.slice(12).replace(/[^=]/g, 'A'),
      'it does not unpack',
    ],
    ['it would unpack to more than a histogram', wrap(Buffer.alloc(1e6)), 'it does not unpack'],
    ['it ends in the header', wrap(Buffer.alloc(39)), '39 bytes are too few for a header'],
    [
      'the inner cookie is another',
      changed((b) => b.writeInt32BE(1, 0)),
      'its inner cookie is 0x1 instead',
    ],
    [
      'counts are missing',
      changed((b) => b.writeInt32BE(9, 4)),
      'it announces 9 bytes of counts and has 2',
    ],
    ['it has two digits', changed((b) => b.writeInt32BE(2, 12)), "'digits' is 2 instead of 3"],
    ['it counts in 2 µs', changed((b) => b.writeInt32BE(2, 20)), "'lowest' is 2 instead of 1"],
    ['it ends at another value', changed((b) => b.writeInt32BE(9, 28)), "'highest' is "],
    ['its last count is cut off', withCounts(2, 0x80), 'its last count is cut off'],
    ['a count is beyond all measure', withCounts(...Array(8).fill(255), 127), 'a count above 2^52'],
    [
      'it has too many counters',
      withCounts(0xff, 0xff, 0xff, 0x7f, 0),
      'counters, more than 28672',
    ],
    [
      'a value is longer than a day',
      withCounts(0xfb, 0xbf, 0x03, 2),
      'it holds a value above 86400000000',
    ],
  ])('%s', (_why, text, message) => {
    expect(() => decodeHistogram(text)).toThrow(EncodingError);
    expect(() => decodeHistogram(text)).toThrow(message);
  });

  test('a flipped bit gives a histogram or an EncodingError, nothing else', () => {
    const bytes = inner(encodeHistogram(histogramOf([5, 1], [70_000, 300], [9e9, 2 ** 40])));
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
