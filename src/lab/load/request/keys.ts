/** The order in which a thread of a workload takes its keys, as numbers from 0 to keySpace − 1. */
import type { Workload } from '../load-options.js';
import { type Random32, randomFrom, unitInterval } from './random.js';
import { scrambler } from './scramble.js';
import { zipfianRanks } from './zipfian.js';

/** A random stream of no thread: the source of all that the threads have in common. */
const commonStream = 0xffff_ffff;

/** Digits of a key's number: enough that keys of any key space sort by bytes as by number. */
const digits = 13;

/** @param random the thread's own */
export function keyNumbers(
  { keys, keySpace, seed }: Workload,
  thread: number,
  threads: number,
  random: Random32,
): () => number {
  switch (keys) {
    case 'sequential':
      return interleaved(thread, threads, keySpace);
    case 'uniform':
      return () => Math.floor(unitInterval(random) * keySpace);
    case 'zipfian': {
      const rank = zipfianRanks(keySpace, random);
      // The hot keys are the same ones for every thread.
      const place = scrambler(keySpace, randomFrom(seed, commonStream));
      return () => place(rank());
    }
  }
}

/** The key of a number: `key` and 13 digits. */
export function formatKey(number: number): string {
  return `key${String(number).padStart(digits, '0')}`;
}

/** Every threads-th number: all threads rise together, and none has a key of another's. */
function interleaved(thread: number, threads: number, keySpace: number): () => number {
  let next = thread;
  return () => {
    const number = next;
    next += threads;
    if (next >= keySpace) next = thread;
    return number;
  };
}
