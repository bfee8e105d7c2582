/**
 * Random numbers from a seed: sfc32, the small fast chaotic generator of Chris Doty-Humphrey's
 * PractRand, whose tests it passes. Its counter keeps it from cycles shorter than 2^32 numbers.
 */

/** The next whole number from 0 to 2^32 − 1. */
export type Random32 = () => number;

/** @param stream numbers of different streams have nothing to do with each other */
export function randomFrom(seed: number, stream: number): Random32 {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = stream >>> 0;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first numbers of neighbouring seeds are alike; the generator's author skips 15.
  for (let skipped = 0; skipped < 15; skipped++) next();
  return next;
}

/** A number in [0, 1) with all the 53 bits that a number has. */
export function unitInterval(random: Random32): number {
  return ((random() >>> 5) * 2 ** 26 + (random() >>> 6)) / 2 ** 53;
}
