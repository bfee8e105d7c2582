/** One run of `evenkeel load`: its progress, and at its end report, verdict and objective. */
import { evaluateSlo, formatSlo } from '../../lab/load/judge/slo.js';
import { formatVerdict, judge } from '../../lab/load/judge/verdict.js';
import { type LoadHooks, runLoad as realRun } from '../../lab/load/load.js';
import { ScriptError } from '../../lab/load/load-errors.js';
import type { LoadOptions } from '../../lab/load/load-options.js';
import { formatPercentileTable } from '../../lab/load/output/hgrm.js';
import { type RecordExtras, toRecord } from '../../lab/load/output/make-record.js';
import { Progress } from '../../lab/load/output/progress.js';
import { formatCalibration, formatHeader, formatReport } from '../../lab/load/output/wrk2-text.js';
import { machine } from '../../lab/load/result/machine.js';
import type { LoadResult } from '../../lab/load/result/result.js';
import { formatLoadPage } from '../../lab/report/load-page.js';
import { writeOutput } from '../args/files.js';
import { exitCodeOf } from '../exit-codes.js';
import { withoutListeners } from '../signals.js';
import { type Explain, withExplanation } from './explain-run.js';
import type { LoadCommand } from './options-from-flags.js';

/** Where a command prints to, and what can end it early. */
export interface Terminal {
  /** For people. */
  readonly print: (text: string) => void;
  /** For programs: the JSON of `--json -`. */
  readonly printJson: (text: string) => void;
  /** A terminal to show progress on, if there is one. */
  readonly progress?: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Runs the load; tests script the results that a real run gives only by bad luck. */
export type RunLoad = (options: LoadOptions, hooks: LoadHooks) => Promise<LoadResult>;

/** @returns the exit code @throws TargetError, ScriptError, OutputError, ProfileError */
export async function runOnce(
  command: LoadCommand,
  terminal: Terminal,
  runLoad: RunLoad = realRun,
): Promise<number> {
  return withExplanation(command, terminal.print, (explain) =>
    run(command, terminal, runLoad, explain),
  );
}

async function run(
  command: LoadCommand,
  terminal: Terminal,
  runLoad: RunLoad,
  explain: Explain | undefined,
): Promise<number> {
  const { options } = command;
  terminal.print(formatHeader(options));
  let measured: LoadResult | undefined;
  // A script's done() prints after the report, as in wrk2. The verdict comes last.
  const hooks: LoadHooks = {
    onCalibrated: (threads) => {
      for (const thread of threads) terminal.print(formatCalibration(thread));
    },
    onResult: (result) => {
      measured = result;
      terminal.print(formatReport(result, command.print));
    },
  };
  try {
    const result = await watch(options, terminal, hooks, runLoad);
    return await conclude(result, command, terminal, explain);
  } catch (error) {
    // A script that fails in done() does not undo hours of measuring.
    if (measured && error instanceof ScriptError)
      await conclude(measured, command, terminal, explain);
    throw error;
  }
}

/** Prints and writes what follows from a result. @returns the exit code @throws OutputError */
async function conclude(
  result: LoadResult,
  command: LoadCommand,
  terminal: Terminal,
  explain: Explain | undefined,
): Promise<number> {
  const explanation = await explain?.(result);
  const verdict = judge(result, command.slo);
  const slo = evaluateSlo(command.slo, result);
  for (const line of [...formatVerdict(verdict, result), ...formatSlo(slo)]) terminal.print(line);
  const extras = { verdict, slo, machine: machine(), ...(explanation && { explanation }) };
  writeFiles(result, extras, command, terminal);
  return exitCodeOf(result, verdict, slo, command.allowInvalid);
}

export function writeFiles(
  result: LoadResult,
  extras: RecordExtras,
  { json, hgrm, html }: LoadCommand,
  { printJson }: Terminal,
): void {
  const record = toRecord(result, extras);
  if (json !== undefined) {
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    if (json === '-') printJson(text);
    else writeOutput(json, text);
  }
  if (html !== undefined) writeOutput(html, formatLoadPage(record));
  if (hgrm !== undefined) writeOutput(hgrm, formatPercentileTable(result.latency));
}

/** Runs with progress on the terminal, which is gone whenever something else is printed. */
export async function watch(
  options: LoadOptions,
  { progress: stream, signal }: Terminal,
  hooks: LoadHooks,
  runLoad: RunLoad,
): Promise<LoadResult> {
  const progress = stream && new Progress(stream);
  try {
    return await runLoad(options, {
      signal,
      aroundScript: withoutListeners,
      onCalibrated: (threads) => {
        progress?.end();
        hooks.onCalibrated?.(threads);
      },
      onResult: (result) => {
        progress?.end();
        hooks.onResult?.(result);
      },
      ...(progress && { onProgress: (snapshot) => progress.update(snapshot) }),
    });
  } finally {
    progress?.end();
  }
}
