/** `evenkeel load --find-max`: runs at one rate after the other, a line each, until the highest that holds is known. */
import { findMax, type Step } from '../load/judge/find-max.js';
import { evaluateSlo, formatOutcome } from '../load/judge/slo.js';
import { judge } from '../load/judge/verdict.js';
import { runLoad as realRun } from '../load/load.js';
import { machine } from '../load/machine.js';
import { loadLimits } from '../load/options.js';
import type { SloOutcome, Verdict } from '../load/outcome.js';
import type { SearchStep } from '../load/output/record.js';
import { withoutSecrets } from '../load/output/secrets.js';
import { printable } from '../load/printable.js';
import { achievedRate } from '../load/rate.js';
import type { LoadResult } from '../load/result.js';
import { exitCodes } from './exit-codes.js';
import type { LoadCommand } from './load-options.js';
import { type RunLoad, runExitCode, type Terminal, watch, writeFiles } from './load-run.js';

interface Trial {
  readonly result: LoadResult;
  readonly verdict: Verdict;
  readonly slo: readonly SloOutcome[];
}

/** @returns the exit code @throws TargetError, ScriptError, OutputError */
export async function search(
  command: LoadCommand,
  terminal: Terminal,
  runLoad: RunLoad = realRun,
): Promise<number> {
  const { options } = command;
  const objective = command.slo.map(({ text }) => text).join(',');
  const each = `${options.durationMs / 1000}s`;
  terminal.print(
    `Searching the highest rate that holds ${objective} @ ${printable(withoutSecrets(options.url))}, ${each} a step`,
  );
  terminal.print(stepHead);
  const run = async (rate: number): Promise<Trial> => {
    const result = await watch({ ...options, rate }, terminal, {}, runLoad);
    return { result, verdict: judge(result), slo: evaluateSlo(command.slo, result) };
  };
  const found = await findMax(run, {
    start: options.rate,
    ceiling: loadLimits.rate,
    passed: ({ verdict, slo }) => verdict.valid && slo.every(({ held }) => held),
    cutShort: ({ result }) => result.endedEarly === 'signal',
    onStep: (step) => terminal.print(formatStep(step)),
  });
  const { best, failedAt, steps } = found;
  const shown = best ?? steps.at(-1);
  if (shown) {
    const { result, verdict, slo } = shown.trial;
    const extras = { verdict, slo, machine: machine(), search: steps.map(figuresOf) };
    writeFiles(result, extras, command, terminal);
  }
  const interrupted = terminal.signal.aborted;
  terminal.print(conclusion(best?.rate, failedAt, interrupted));
  if (interrupted) return exitCodes.interrupted;
  if (best) return exitCodes.fine;
  return shown
    ? runExitCode(command, shown.trial.result, shown.trial.verdict, shown.trial.slo)
    : exitCodes.failed;
}

function conclusion(best: number | undefined, failedAt: number | undefined, interrupted: boolean): string {
  const early = interrupted ? ' so far (ended by a signal)' : '';
  if (best === undefined)
    return `No rate held${early}${failedAt === undefined ? '' : `, down to ${failedAt}/s`}.`;
  const next = failedAt === undefined ? 'no higher one was tried' : `${failedAt}/s did not`;
  return `Highest rate that held${early}: ${best}/s (${next}).`;
}

function figuresOf({ rate, passed, trial }: Step<Trial>): SearchStep {
  const { result, verdict, slo } = trial;
  const missed = slo.find(({ held }) => !held);
  const failure = verdict.valid
    ? missed && `missed ${formatOutcome(missed)}`
    : `not valid: ${verdict.reasons[0]}`;
  return {
    rate,
    achieved: achievedRate(result),
    p50Us: result.latency.valueAtPercentile(50),
    p99Us: result.latency.valueAtPercentile(99),
    p999Us: result.latency.valueAtPercentile(99.9),
    passed,
    ...(failure !== undefined && { failure }),
  };
}

const columns = (cells: readonly string[]) => cells.map((cell) => cell.padStart(12)).join('');
const stepHead = columns(['rate', 'achieved', 'p50', 'p99', 'p99.9']);

function formatStep(step: Step<Trial>): string {
  const { rate, achieved, p50Us, p99Us, p999Us, failure } = figuresOf(step);
  const times = [p50Us, p99Us, p999Us].map((us) => `${(us / 1000).toFixed(2)} ms`);
  const outcome = failure === undefined ? 'held' : printable(failure);
  return `${columns([String(rate), achieved.toFixed(1), ...times])}  ${step.repeated ? 'again: ' : ''}${outcome}`;
}
