/** The steps of a search: what each came to, as a line of its table and as a part of the record. */
import type { Step } from '../../lab/load/judge/find-max.js';
import { formatOutcome } from '../../lab/load/judge/slo.js';
import { heldUp } from '../../lab/load/judge/verdict.js';
import { printable } from '../../lab/load/printable.js';
import type { SearchStep, SloOutcome, Verdict } from '../../lab/load/result/load-record.js';
import { achievedRate } from '../../lab/load/result/rate.js';
import type { LoadResult } from '../../lab/load/result/result.js';

/** A run that came to its end. */
export interface Measured {
  readonly result: LoadResult;
  readonly verdict: Verdict;
  readonly slo: readonly SloOutcome[];
}

/** A run, or why its target could no longer be reached. */
export type Trial = Measured | { readonly unreachable: string };

export function isMeasured(trial: Trial): trial is Measured {
  return 'result' in trial;
}

/** The step of a run that came to its end, if it is one. */
export function measuredOf(step: Step<Trial> | undefined): Measured | undefined {
  return step && isMeasured(step.trial) ? step.trial : undefined;
}

/** Why no rate below those that failed would tell more. */
export function hopeless(failed: readonly Step<Trial>[]): string | undefined {
  const [first, last] = [failed[0], failed.at(-1)];
  if (!first || !last) return undefined;
  if (!isMeasured(last.trial))
    return 'The search ended there: the target can no longer be reached.';
  const late = [first, last].every((step) => isMeasured(step.trial) && heldUp(step.trial.result));
  return late && last.rate < first.rate
    ? `The generator was late at ${first.rate}/s and at ${last.rate}/s, with little to do: ` +
        'this machine is too noisy to search on; give it cores of its own.'
    : undefined;
}

/** A target that was gone sent no response, so its figures are 0. */
export function figuresOf({ rate, passed, trial }: Step<Trial>): SearchStep {
  if (!isMeasured(trial))
    return { rate, achieved: 0, p50Us: 0, p99Us: 0, p999Us: 0, passed, failure: trial.unreachable };
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

export const stepHead = columns(['rate', 'achieved', 'p50', 'p99', 'p99.9']);

export function formatStep(step: Step<Trial>): string {
  const { rate, achieved, p50Us, p99Us, p999Us, failure } = figuresOf(step);
  const times = [p50Us, p99Us, p999Us].map((us) => `${(us / 1000).toFixed(2)} ms`);
  const cells = isMeasured(step.trial) ? [achieved.toFixed(1), ...times] : ['–', '–', '–', '–'];
  const outcome = failure === undefined ? 'held' : printable(failure);
  return `${columns([String(rate), ...cells])}  ${step.repeated ? 'again: ' : ''}${outcome}`;
}
