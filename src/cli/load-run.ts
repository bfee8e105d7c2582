/** One run of `evenkeel load`: prints it as it goes and its report, its verdict and its objective at the end. */
import { evaluateSlo, formatSlo, type SloOutcome } from '../load/judge/slo.js';
import { formatVerdict, judge, type Verdict } from '../load/judge/verdict.js';
import type { LoadOptions } from '../load/options.js';
import type { LoadResult } from '../load/result.js';
import { exitCodeOf } from './exit-codes.js';
import { writeOutput } from './files.js';
import type { LoadCommand } from './load-options.js';
import type { Extras, LoadHooks, Parts } from './load-parts.js';
import { machine } from './machine.js';

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

/** @returns the exit code @throws TargetError, ScriptError, OutputError */
export async function runOnce(command: LoadCommand, parts: Parts, terminal: Terminal): Promise<number> {
  const { options } = command;
  terminal.print(parts.formatHeader(options));
  const result = await watch(options, parts, terminal, (threads) => {
    for (const thread of threads) terminal.print(parts.formatCalibration(thread));
  });
  terminal.print(parts.formatReport(result, command.print));
  const verdict = judge(result);
  const slo = evaluateSlo(command.slo, result);
  for (const line of [...formatVerdict(verdict, result), ...formatSlo(slo)]) terminal.print(line);
  writeFiles(result, { verdict, slo, machine: machine() }, command, parts, terminal);
  return runExitCode(command, result, verdict, slo);
}

export function runExitCode(
  { allowInvalid }: LoadCommand,
  { endedEarly }: LoadResult,
  verdict: Verdict,
  slo: readonly SloOutcome[],
): number {
  return exitCodeOf(verdict, slo, { allowInvalid, interrupted: endedEarly === 'signal' });
}

export function writeFiles(
  result: LoadResult,
  extras: Extras,
  { json, hgrm }: LoadCommand,
  parts: Parts,
  terminal: Terminal,
): void {
  if (json === '-') terminal.printJson(parts.toJson(result, extras));
  else if (json !== undefined) writeOutput(json, parts.toJson(result, extras));
  if (hgrm !== undefined) writeOutput(hgrm, parts.formatHgrm(result.latency));
}

/** Runs with progress on the terminal, which is gone whenever something else is printed. */
export async function watch(
  options: LoadOptions,
  parts: Parts,
  { progress: stream, signal }: Terminal,
  onCalibrated: NonNullable<LoadHooks['onCalibrated']> = () => {},
): Promise<LoadResult> {
  let shown: InstanceType<Parts['Progress']> | undefined;
  const clear = () => {
    shown?.end();
    shown = undefined;
  };
  try {
    return await parts.runLoad(options, {
      signal,
      onCalibrated: (threads) => {
        clear();
        onCalibrated(threads);
      },
      ...(stream && {
        onProgress: (snapshot) => {
          shown ??= new parts.Progress(stream);
          shown.update(snapshot);
        },
      }),
    });
  } finally {
    clear();
  }
}
