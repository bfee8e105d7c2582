/**
 * Values to write: random bytes, which a disk cannot compress. Each thread makes one block of them
 * and cuts each value out at another place, so a value costs a copy and no random numbers.
 */
import type { Random32 } from './random.js';

/** Different places to cut a value out at, and so different values. A power of two. */
const places = 65_536;
/** Odd, so every place comes once before one comes again; large, so neighbours differ. */
const stride = 40_503;

function cutter(): () => number {
  let place = 0;
  return () => {
    place = (place + stride) % places;
    return place;
  };
}

function randomBlock(valueBytes: number, random: Random32): Buffer {
  return Buffer.from(
    Uint32Array.from({ length: Math.ceil((valueBytes + places) / 4) }, random).buffer,
  );
}

/** Values as text of one byte per character. */
export function textValues(valueBytes: number, random: Random32): () => string {
  const block = randomBlock(valueBytes, random).toString('latin1');
  const cut = cutter();
  return () => {
    const place = cut();
    return block.slice(place, place + valueBytes);
  };
}

export function byteValues(valueBytes: number, random: Random32): (to: Buffer, at: number) => void {
  const block = randomBlock(valueBytes, random);
  const cut = cutter();
  return (to, at) => {
    const place = cut();
    block.copy(to, at, place, place + valueBytes);
  };
}
