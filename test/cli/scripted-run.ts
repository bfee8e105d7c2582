/** Command lines of `evenkeel load` on a scripted run, for results that a real one rarely gives. */
import { expect } from 'vitest';
import { type RunLoad, runOnce } from '#dist/cli/load/load-run.js';
import { parseLoad } from '#dist/cli/load/options-from-flags.js';
import { search } from '#dist/cli/load/search.js';
import type { LoadOptions } from '#dist/lab/load/load-options.js';
import type { LoadResult } from '#dist/lab/load/result/result.js';
import { thread } from '../lab/load/judge/result.js';

export type Script = (options: LoadOptions) => LoadResult;

function runnerOf(script: Script): RunLoad {
  return async (options, hooks) => {
    hooks?.onCalibrated?.([thread(0), thread(0)]);
    const scripted = script(options);
    hooks?.onResult?.(scripted);
    return scripted;
  };
}

/** Runs a command line; what it printed, and its exit code. */
export async function perform(line: string, script: Script, signal = new AbortController().signal) {
  const command = parseLoad([...line.split(' '), 'http://127.0.0.1:8080']);
  if (typeof command === 'string') return expect.fail(command);
  const lines: string[] = [];
  const json: string[] = [];
  const terminal = {
    print: (text: string) => lines.push(text),
    printJson: (text: string) => json.push(text),
    signal,
  };
  const code = await (command.findMax ? search : runOnce)(command, terminal, runnerOf(script));
  return { code, lines, json };
}
