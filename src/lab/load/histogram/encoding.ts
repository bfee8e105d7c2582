/**
 * A histogram as text in HdrHistogram's compressed encoding (V2, in base64: "HISTFAAAA…"), which
 * its libraries and log tools read. It holds the counters alone, so a decoded histogram knows its
 * minimum and maximum only as exactly as their buckets.
 *
 * Text from a file may be anything: decoding checks it, and unpacks at most a full histogram.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { bucketAt, counters, Histogram, highestTrackableUs } from './histogram.js';

/** The text is not a histogram, or not one like ours. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
}

const compressedCookie = 0x1c849314;
const cookie = 0x1c849313;
/** Cookie and length. */
const envelopeBytes = 8;
const headerBytes = 40;
const significantDigits = 3;
const lowestUs = 1;
/** The longest encoding of a counter. */
const wordBytes = 9;

export function encodeHistogram(histogram: Histogram): string {
  // HdrHistogram writes an empty one as a single zero.
  const words = encodeCounts(histogram.count === 0 ? new Float64Array(1) : histogram.counts);
  const header = Buffer.alloc(headerBytes);
  header.writeInt32BE(cookie, 0);
  header.writeInt32BE(words.length, 4);
  header.writeInt32BE(significantDigits, 12);
  header.writeBigInt64BE(BigInt(lowestUs), 16);
  header.writeBigInt64BE(BigInt(highestTrackableUs), 24);
  header.writeDoubleBE(1, 32);
  const compressed = deflateSync(Buffer.concat([header, Uint8Array.from(words)]));
  const envelope = Buffer.alloc(envelopeBytes);
  envelope.writeInt32BE(compressedCookie, 0);
  envelope.writeInt32BE(compressed.length, 4);
  return Buffer.concat([envelope, compressed]).toString('base64');
}

/** @throws EncodingError saying what is wrong with the text */
export function decodeHistogram(text: string): Histogram {
  const bytes = inflate(text);
  if (bytes.length < headerBytes)
    throw new EncodingError(`${bytes.length} bytes are too few for a header`);
  expectCookie(bytes, cookie, 'inner');
  // Bytes 8 … 11 (an offset of HdrHistogram's memory) and the ratio at 32 do not matter.
  const payloadBytes = bytes.readInt32BE(4);
  if (payloadBytes !== bytes.length - headerBytes)
    throw new EncodingError(
      `it announces ${payloadBytes} bytes of counts and has ${bytes.length - headerBytes}`,
    );
  const settings = {
    digits: BigInt(bytes.readInt32BE(12)),
    lowest: bytes.readBigInt64BE(16),
    highest: bytes.readBigInt64BE(24),
  };
  const expected = { digits: significantDigits, lowest: lowestUs, highest: highestTrackableUs };
  for (const [setting, value] of Object.entries(expected)) {
    const got = settings[setting as keyof typeof settings];
    if (got !== BigInt(value))
      throw new EncodingError(`its setting '${setting}' is ${got} instead of ${value}`);
  }
  return decodeCounts(bytes.subarray(headerBytes));
}

function inflate(text: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new EncodingError('it is not base64');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < envelopeBytes) throw new EncodingError(`${bytes.length} bytes are too few`);
  expectCookie(bytes, compressedCookie, 'outer');
  const compressedBytes = bytes.readInt32BE(4);
  if (compressedBytes !== bytes.length - envelopeBytes)
    throw new EncodingError(
      `it announces ${compressedBytes} compressed bytes and has ${bytes.length - envelopeBytes}`,
    );
  try {
    return inflateSync(bytes.subarray(envelopeBytes), {
      maxOutputLength: headerBytes + counters * wordBytes,
    });
  } catch (error) {
    throw new EncodingError(`it does not unpack: ${(error as Error).message}`, { cause: error });
  }
}

function expectCookie(bytes: Buffer, expected: number, which: string): void {
  const got = bytes.readInt32BE(0);
  const [is, wanted] = [got, expected].map((value) => `0x${(value >>> 0).toString(16)}`);
  if (got !== expected)
    throw new EncodingError(`its ${which} cookie is ${is} instead of ${wanted} (V2)`);
}

/** Each counter is a number; a run of several zeros is their negative number. */
function encodeCounts(counts: Float64Array): number[] {
  const words: number[] = [];
  for (let index = 0; index < counts.length; ) {
    const count = counts[index] as number;
    const start = index++;
    if (count === 0) while (index < counts.length && counts[index] === 0) index++;
    // Zigzag: even numbers stand for 0 and above, odd ones for those below.
    pushWord(words, index - start > 1 ? (index - start) * 2 - 1 : count * 2);
  }
  return words;
}

/** LEB128: seven bits a byte, the lowest first. Not by shifts, as counts reach 2^53. */
function pushWord(words: number[], word: number): void {
  let rest = word;
  for (; rest >= 128; rest = Math.floor(rest / 128)) words.push((rest % 128) + 128);
  words.push(rest);
}

function decodeCounts(bytes: Uint8Array): Histogram {
  const histogram = new Histogram();
  let index = 0;
  for (let at = 0; at < bytes.length; ) {
    const { word, next } = readWord(bytes, at);
    at = next;
    if (word % 2 === 1) {
      index += (word + 1) / 2;
      continue;
    }
    const bucket = bucketAt(index++, word / 2);
    if (bucket.count > 0 && bucket.lowest > highestTrackableUs)
      throw new EncodingError(`it holds a value above ${highestTrackableUs}`);
    histogram.record(bucket.highest, bucket.count);
  }
  if (index > counters) throw new EncodingError(`it has ${index} counters, more than ${counters}`);
  return histogram;
}

function readWord(bytes: Uint8Array, at: number): { word: number; next: number } {
  let word = 0;
  for (let next = at, unit = 1; ; unit *= 128) {
    const part = bytes[next++];
    if (part === undefined) throw new EncodingError('its last count is cut off');
    word += (part & 127) * unit;
    if (!Number.isSafeInteger(word)) throw new EncodingError('it holds a count above 2^52');
    if (part < 128) return { word, next };
  }
}
