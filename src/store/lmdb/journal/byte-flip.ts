/**
 * Tells a frame that lost a byte from one that was never written whole. The last frame of a journal
 * fails its checksum in both cases, but the first was acknowledged and the second was not.
 *
 * A CRC is linear: the difference between two of them depends on the changed byte and its place
 * alone. So the difference is run backwards through the bytes behind each place. Where it comes out
 * as that of a single byte, that byte may have changed.
 */
import { crc32 } from 'node:zlib';

const polynomial = 0xedb88320;

/** For each byte, what one step of the CRC adds; and that byte by the top byte of it. */
const steps = new Uint32Array(256);
const stepByTop = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  steps[byte] = crc;
  stepByTop[(crc >>> 24) & 0xff] = byte;
}
const changes = new Map<number, number>();
for (let byte = 1; byte < 256; byte++) changes.set(steps[byte] as number, byte);

/**
 * The places at which one changed byte explains the checksum, with what to XOR there.
 * @param crc what the CRC-32 of the bytes was
 */
export function* singleByteChanges(
  bytes: Uint8Array,
  crc: number,
): Generator<{ readonly at: number; readonly change: number }> {
  let difference = (crc32(bytes) ^ crc) >>> 0;
  for (let at = bytes.length - 1; at >= 0; at--) {
    const change = changes.get(difference);
    if (change !== undefined) yield { at, change };
    const byte = stepByTop[difference >>> 24] as number;
    difference = (((difference ^ (steps[byte] as number)) << 8) | byte) >>> 0;
  }
}
