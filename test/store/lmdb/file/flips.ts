/** Changes single bytes in the files of a store, and reads what another process then finds. */
import fc from 'fast-check';
import { temporaryDirectory } from '../../../support/directory.js';
import { type Child, startChild } from '../child/child.js';

export const flips = Number(process.env.EVENKEEL_FLIPS ?? 30);
export const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);
const hangMs = 60_000;

export interface Flip {
  readonly at: number;
  readonly mask: number;
}

/** A change in one of several files. */
export interface FileFlip extends Flip {
  readonly name: string;
}

/** The files of a store, and what it holds. */
export interface Filled {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly expected: readonly (readonly [key: string, value: string])[];
}

export interface Reading {
  /** The code with which it did not open. */
  readonly refused?: string;
  readonly message?: string;
  readonly intact: number;
  readonly absent: number;
  readonly damaged: number;
  readonly wrong: readonly string[];
}

export type Result = Reading | 'crashed' | 'hung';

/**
 * Makes each change in turn, to files that are whole otherwise.
 * @param onResult told what came of a change
 */
export async function readFlipped<Change extends FileFlip>(
  { files, expected }: Filled,
  changes: readonly Change[],
  onResult: (change: Change, result: Result) => void,
): Promise<void> {
  const texts = Object.fromEntries([...files].map(([name, file]) => [name, base64(file)]));
  const readSome = async (queue: Change[]) => {
    let child: Child | undefined;
    for (let change = queue.pop(); change; change = queue.pop()) {
      if (!child) {
        child = await startChild('./reader.mjs');
        const directory = await temporaryDirectory();
        await child.ask({ do: 'prepare', files: texts, directory, expected });
      }
      const result = await readOne(child, change);
      if (typeof result === 'string') {
        await child.kill();
        child = undefined;
      }
      onResult(change, result);
    }
    await child?.kill();
  };
  const queue = [...changes];
  await Promise.all([readSome(queue), readSome(queue)]);
}

async function readOne(child: Child, { name, at, mask }: FileFlip): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<'hung'>((resolve) => {
    timer = setTimeout(() => resolve('hung'), hangMs);
  });
  const reading = child.ask({ do: 'read', name, at, mask }).catch(() => 'crashed' as const);
  const result = await Promise.race([reading, hung]);
  clearTimeout(timer);
  return result as Result;
}

export function sample(at: fc.Arbitrary<number>, count: number): Flip[] {
  const flip = fc.record({ at, mask: fc.integer({ min: 1, max: 255 }) });
  return fc.sample(flip, { seed, numRuns: count });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}
