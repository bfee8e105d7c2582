/**
 * Spreads neighbouring numbers over a whole range, so that the hot keys of a zipfian load are not
 * neighbours in the store. YCSB's hash lets ranks collide. This is a permutation, so each rank has
 * a key of its own and comes as often as theory says.
 */
import type { Random32 } from './random.js';

const rounds = 4;

/**
 * A permutation of 0 … count − 1: a Feistel network over the next power of four, walked until
 * inside.
 * @param random gives the round keys: the same numbers, the same permutation
 */
export function scrambler(count: number, random: Random32): (value: number) => number {
  const halfBits = Math.max(1, Math.ceil(Math.log2(count) / 2));
  const half = 2 ** halfBits;
  const mask = half - 1;
  const keys = Array.from({ length: rounds }, random);
  const step = (value: number) => {
    let left = Math.floor(value / half);
    let right = value % half;
    for (const key of keys) [left, right] = [right, left ^ (mix(right ^ key) & mask)];
    return left * half + right;
  };
  return (value) => {
    let place = step(value);
    while (place >= count) place = step(place);
    return place;
  };
}

/** The finalizer of MurmurHash3 (Austin Appleby). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
