/**
 * Where a thread's sends stand in the row of all requests: how many requests are due before each.
 * Evenly, the threads take turns. As a Poisson process, each thread draws gaps of its own; together
 * they are one process of the whole rate, because sums of Poisson processes are.
 */
import { type Random32, randomFrom, unitInterval } from '../request/random.js';

export interface Arrivals {
  /** Requests of all threads that are due before this send, by the rate. */
  before(sequence: number): number;
  /** Sends that stand before such a count; may be off by rounding errors. */
  sends(count: number): number;
}

interface Share {
  readonly threads: number;
  readonly thread: number;
  readonly requestsPerSend: number;
}

export function evenArrivals({ threads, thread, requestsPerSend }: Share): Arrivals {
  return {
    before: (sequence) => (sequence * threads + thread) * requestsPerSend,
    sends: (count) => Math.max(0, Math.ceil((count / requestsPerSend - thread) / threads)),
  };
}

/** Sends whose gaps are drawn together. */
const chunkLength = 1024;
/** A thread's chunks have streams of random numbers of their own, so each can be drawn again. */
const chunkStreams = 2 ** 23;
const firstStream = 2 ** 31;

/** @param connections of the thread: each may be at a chunk of its own */
export function poissonArrivals(
  { threads, thread, requestsPerSend }: Share,
  seed: number,
  connections: number,
): Arrivals {
  const scale = threads * requestsPerSend;
  /** Sums of the gaps in front of each chunk: all that is kept of the whole run. */
  const starts = [0];
  const chunks = new Map<number, Float64Array>();

  function chunk(number: number): Float64Array {
    const known = chunks.get(number);
    if (known) return known;
    const stream = firstStream + thread * chunkStreams + (number % chunkStreams);
    const drawn = sumsOfGaps(starts[number] as number, randomFrom(seed, stream));
    starts[number + 1] = drawn[chunkLength - 1] as number;
    const [oldest] = chunks.keys();
    if (chunks.size > connections + 4 && oldest !== undefined) chunks.delete(oldest);
    chunks.set(number, drawn);
    return drawn;
  }

  const reach = (number: number) => {
    while (starts.length <= number) chunk(starts.length - 1);
  };

  return {
    before: (sequence) => {
      const number = Math.floor(sequence / chunkLength);
      reach(number);
      return (chunk(number)[sequence % chunkLength] as number) * scale;
    },
    sends: (count) => {
      const sum = count / scale;
      while ((starts.at(-1) as number) < sum) chunk(starts.length - 1);
      const number = countBelow(starts, sum) - 1;
      if (number < 0) return 0;
      return number * chunkLength + countBelow(chunk(number), sum);
    },
  };
}

/** Gaps of a Poisson process of rate 1, added up. */
function sumsOfGaps(start: number, random: Random32): Float64Array {
  let sum = start;
  return Float64Array.from({ length: chunkLength }, () => {
    sum -= Math.log(1 - unitInterval(random));
    return sum;
  });
}

/** How many of rising numbers are below a limit. */
function countBelow(numbers: ArrayLike<number>, limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
