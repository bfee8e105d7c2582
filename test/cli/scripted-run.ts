/** Command lines of `evenkeel load` on a scripted run, for results that a real one gives only by bad luck. */
import { expect } from 'vitest';
import { parseLoad } from '#dist/cli/load-options.js';
import type { Parts } from '#dist/cli/load-parts.js';
import { runOnce } from '#dist/cli/load-run.js';
import { search } from '#dist/cli/load-search.js';
import type { LoadOptions } from '#dist/load/options.js';
import type { LoadResult } from '#dist/load/result.js';
import { thread } from '../load/judge/result.js';

export type Script = (options: LoadOptions) => LoadResult;

function partsOf(script: Script): Parts {
  return {
    runLoad: async (options, hooks) => {
      hooks?.onCalibrated?.([thread(0), thread(0)]);
      return script(options);
    },
    formatHeader: ({ url }) => `Running @ ${url}`,
    formatCalibration: () => '  calibrated\n',
    formatReport: ({ completed }, { latency, uncorrected }) =>
      `report ${completed} ${latency} ${uncorrected}`,
    toJson: ({ options }, extras) => JSON.stringify({ rate: options.rate, ...extras }),
    fromJson: () => expect.fail('reads nothing'),
    formatHgrm: (latency) => `hgrm of ${latency.count}`,
    Progress: class {
      update() {}
      end() {}
    },
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
  const code = await (command.findMax ? search : runOnce)(command, partsOf(script), terminal);
  return { code, lines, json };
}
