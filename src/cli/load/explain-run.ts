/** `evenkeel load --explain`: the process is watched around the run, and left as it was. */
import { join } from 'node:path';
import type { Explanation } from '../../lab/explain/explain.js';
import type { LoadResult } from '../../lab/load/result/result.js';
import { writeOutput } from '../args/files.js';
import type { LoadCommand } from './options-from-flags.js';

/** Prints the causes, and writes the pictures. */
export type Explain = (result: LoadResult) => Promise<Explanation['record']>;

/** Runs with the process watched, if that was asked for. @throws ProfileError before the run */
export async function withExplanation<T>(
  { explain: asked, options }: LoadCommand,
  print: (text: string) => void,
  run: (explain: Explain | undefined) => Promise<T>,
): Promise<T> {
  if (asked === undefined) return run(undefined);
  // Most runs have none, and it loads the profiler.
  const { watchLoad } = await import('../../lab/explain/watch-load.js');
  const { formatExplanation } = await import('../../lab/explain/explanation-text.js');
  const watched = await watchLoad(asked.target, options, asked.token);
  try {
    for (const note of watched.notes) process.stderr.write(`evenkeel: note: ${note}\n`);
    return await run(async (result) => {
      const explanation = await watched.explain(result);
      for (const line of formatExplanation(explanation.record)) print(line);
      if (asked.out !== undefined) await writePictures(asked.out, explanation, print);
      return explanation.record;
    });
  } finally {
    if (!(await watched.leave()))
      process.stderr.write('evenkeel: warning: the inspector of the process is still open\n');
  }
}

async function writePictures(
  directory: string,
  explanation: Explanation,
  print: (text: string) => void,
): Promise<void> {
  const { picturesOf } = await import('../../lab/explain/pictures.js');
  const pictures = picturesOf(explanation);
  for (const [name, text] of pictures) writeOutput(join(directory, name), text);
  if (pictures.size > 0) print(`    Wrote ${[...pictures.keys()].join(', ')} to ${directory}`);
}
