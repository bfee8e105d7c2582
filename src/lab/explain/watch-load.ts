/** The explanation of a run from its beginning to its end: for the command. */
import type { LoadResult } from '../load/result/result.js';
import { type Explanation, explain } from './explain.js';
import { chooseTarget, type Load, type TargetName } from './target/choose.js';
import { watchProcess } from './target/watch-process.js';

export interface LoadWatch {
  /** Things to know before the run. */
  readonly notes: readonly string[];
  /** @param result of a run with `tail` */
  explain(result: LoadResult): Promise<Explanation>;
  /** Leaves the process. Resolves to true if it is as it was. */
  leave(): Promise<boolean>;
}

/** @throws ProfileError before anything was touched, or with the process as it was */
export async function watchLoad(
  target: TargetName,
  load: Load,
  token?: string,
): Promise<LoadWatch> {
  const { pid, notes } = await chooseTarget(target, load, token);
  const { take, leave } = await watchProcess(pid);
  return { notes, leave, explain: async (result) => explain(result, await take()) };
}
