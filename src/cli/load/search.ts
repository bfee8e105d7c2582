/** `evenkeel load --find-max`: one run after the other until the highest that holds is known. */
import { type Found, findMax } from '../../lab/load/judge/find-max.js';
import { evaluateSlo } from '../../lab/load/judge/slo.js';
import { judge } from '../../lab/load/judge/verdict.js';
import { runLoad as realRun } from '../../lab/load/load.js';
import { TargetError } from '../../lab/load/load-errors.js';
import { loadLimits } from '../../lab/load/load-options.js';
import { withoutSecrets } from '../../lab/load/output/secrets.js';
import { printable } from '../../lab/load/printable.js';
import { machine } from '../../lab/load/result/machine.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { type RunLoad, type Terminal, watch, writeFiles } from './load-run.js';
import type { LoadCommand } from './options-from-flags.js';
import {
  figuresOf,
  formatStep,
  hopeless,
  isMeasured,
  measuredOf,
  stepHead,
  type Trial,
} from './search-steps.js';

/** @returns the exit code @throws TargetError (of the first step only), ScriptError, OutputError */
export async function search(
  command: LoadCommand,
  terminal: Terminal,
  runLoad: RunLoad = realRun,
): Promise<number> {
  const { options } = command;
  const objective = command.slo.map(({ text }) => text).join(',');
  const target = printable(withoutSecrets(options.url));
  const each = `${options.durationMs / 1000}s`;
  terminal.print(`Searching the highest rate that holds ${objective} @ ${target}, ${each} a step`);
  terminal.print(stepHead);
  let reached = false;
  const run = async (rate: number): Promise<Trial> => {
    try {
      const result = await watch({ ...options, rate }, terminal, {}, runLoad);
      reached = true;
      return { result, verdict: judge(result, command.slo), slo: evaluateSlo(command.slo, result) };
    } catch (error) {
      // A server that dies under the load must not take with it what was found before.
      if (reached && error instanceof TargetError) return { unreachable: error.message };
      throw error;
    }
  };
  const found = await findMax(run, {
    start: options.rate,
    ceiling: loadLimits.rate,
    passed: (trial) =>
      isMeasured(trial) && trial.verdict.valid && trial.slo.every(({ held }) => held),
    cutShort: (trial) =>
      isMeasured(trial) ? trial.result.endedEarly === 'signal' : terminal.signal.aborted,
    giveUp: hopeless,
    onStep: (step) => terminal.print(formatStep(step)),
  });
  const { best, steps } = found;
  const interrupted = terminal.signal.aborted;
  for (const line of conclusion(found, interrupted)) terminal.print(line);
  const shown = measuredOf(best ?? steps.findLast(({ trial }) => isMeasured(trial)));
  if (shown === undefined) return interrupted ? exitCodes.interrupted : exitCodes.failed;
  const { result, verdict, slo } = shown;
  const extras = { verdict, slo, machine: machine(), search: steps.map(figuresOf) };
  writeFiles(result, extras, command, terminal);
  if (interrupted) return exitCodes.interrupted;
  return best ? exitCodes.fine : exitCodeOf(result, verdict, slo, command.allowInvalid);
}

function conclusion({ best, failedAt, gaveUp }: Found<Trial>, interrupted: boolean): string[] {
  const early = interrupted ? ' so far (ended by a signal)' : '';
  const reason = gaveUp === undefined ? [] : [gaveUp];
  if (best === undefined)
    return [
      ...reason,
      `No rate held${early}${failedAt === undefined ? '' : `, down to ${failedAt}/s`}.`,
    ];
  const next = failedAt === undefined ? 'no higher one was tried' : `${failedAt}/s did not`;
  return [...reason, `Highest rate that held${early}: ${best.rate}/s (${next}).`];
}
