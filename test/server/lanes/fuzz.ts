/**
 * The fuzzing itself: draws cases from a seed, plays many at once, and plays those that differed
 * again, alone, until the smallest case that still differs is found. A difference that does not
 * come back alone is counted, not believed: at once with others, a mutated key may be another
 * case's.
 */
import fc from 'fast-check';
import { aCase, type Case } from './cases.js';
import type { Difference, Pair } from './pair.js';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  readonly onProgress?: (done: number) => void;
}

export interface FuzzReport {
  readonly cases: number;
  /** Differences that did not come back when their case was played alone. */
  readonly unsteady: number;
}

const atOnce = 32;
const batchCases = 500;
/** So long a smaller case is looked for: one that hangs takes seconds. */
const smallestMs = 60_000;

/** @throws Error with the seed, the smallest case that differs, and how */
export async function fuzz(
  pair: Pair,
  { cases, seed, onProgress }: FuzzOptions,
): Promise<FuzzReport> {
  let unsteady = 0;
  for (let done = 0; done < cases; ) {
    const size = Math.min(batchCases, cases - done);
    // A batch has a seed of its own, so that a case in it is found again without those before it.
    const batch = (seed + done) | 0;
    const drawn = fc.sample(aCase, { seed: batch, numRuns: size });
    const suspects = await differing(pair, drawn);
    for (const suspect of suspects) await confirm(pair, batch, suspect);
    unsteady += suspects.length;
    done += size;
    onProgress?.(done);
  }
  return { cases, unsteady };
}

/** Plays all of a batch, many at once. The numbers of the cases that may have differed. */
export async function differing(pair: Pair, drawn: readonly Case[]): Promise<number[]> {
  const suspects: number[] = [];
  let next = 0;
  const playOn = async () => {
    for (let number = next++; number < drawn.length; number = next++)
      if (await pair.play(drawn[number] as Case)) suspects.push(number);
  };
  await Promise.all(Array.from({ length: atOnce }, playOn));
  const effect = await pair.settle();
  // Whose keys they are is not known: any case's.
  return effect && suspects.length === 0 ? [...drawn.keys()] : suspects;
}

/**
 * Plays one case of a batch alone.
 * @throws Error if it differs again, about the smallest that does
 */
async function confirm(pair: Pair, seed: number, number: number): Promise<void> {
  let smallest: Difference | undefined;
  const property = fc.asyncProperty(aCase, async (case_) => {
    const difference = await pair.playAlone(case_);
    smallest = difference ?? smallest;
    return difference === undefined;
  });
  const { failed, counterexample } = await fc.check(property, {
    seed,
    path: String(number),
    numRuns: 1,
    interruptAfterTimeLimit: smallestMs,
  });
  if (!failed || !smallest) return;
  throw new Error(
    [
      `the lanes differ in case ${number} of batch ${seed}: ${smallest.what}`,
      `--- sent\n${JSON.stringify(counterexample?.[0])}`,
      `--- both lanes\n${smallest.both}`,
      `--- full lane alone\n${smallest.full}\n---`,
    ].join('\n'),
  );
}
