/**
 * Whether a run may be believed. A generator that was late, saturated, or below its rate measures
 * itself: each rule says so in a sentence, and what to do about it.
 */
import { printable } from '../printable.js';
import { boundedLatency, formatBounded } from '../result/bounds.js';
import type { Verdict } from '../result/load-record.js';
import { achievedRate, failures, perSecond as inSecond, wantedRate } from '../result/rate.js';
import type { LoadResult } from '../result/result.js';
import { formatStage } from '../result/stage-text.js';
import type { Clause } from './slo.js';

const validity = {
  /** Share by which the achieved rate may miss the asked one; one request is always allowed. */
  rateTolerance: 0.01,
  /** A generator was too late if the bounds of its p99 are further apart than both of these. */
  boundsUs: 1000,
  boundsShare: 0.5,
  /** Share of the time in which a thread may compute; above it, requests wait for the thread. */
  busy: 0.9,
  /** A thread that computes for less than this is not late because of its requests. */
  idle: 0.5,
} as const;

/** @param clauses of the objective; failures are left to it if one clause gives them a budget */
export function judge(result: LoadResult, clauses: readonly Clause[] = []): Verdict {
  const budgeted = clauses.some(({ figure }) => figure === 'errors');
  const ofRate = result.stages ? wrongStages : wrongRate;
  const rules = [endedBySignal, noAnswer, ofRate, lateGenerator, busyThread];
  const reasons = [...rules, ...(budgeted ? [] : [failed])]
    .map((rule) => rule(result))
    .filter((reason) => reason !== undefined);
  return reasons.length === 0 ? { valid: true } : { valid: false, reasons };
}

/**
 * Why a run can't stand for its server among many runs. A generator that was late can, since its
 * lag is as large for one server as for another. So can a rate that was missed by a little, since
 * requests without a response are in the latencies.
 */
export function faultOf(result: LoadResult): string | undefined {
  const isFar = result.completed < wantedRate(result) * (result.elapsedUs / 1e6) * 0.9;
  const rules = [noAnswer, failed, ...(isFar ? [wrongRate] : [])];
  return rules.map((rule) => rule(result)).find((reason) => reason !== undefined);
}

/** The end of the report. */
export function formatVerdict(verdict: Verdict, result: LoadResult): string[] {
  if (!verdict.valid)
    return ['Verdict: NOT VALID', ...verdict.reasons.map((reason) => `  ${printable(reason)}`)];
  const wanted = Number(wantedRate(result).toFixed(1));
  const rate = `rate ${perSecond(achievedRate(result))}/s of ${wanted}`;
  const p99 = `p99 ${formatBounded(boundedLatency(result, 99))}`;
  return [`Verdict: valid (${rate}; ${p99}; busiest thread ${percent(busiest(result))})`];
}

type Rule = (result: LoadResult) => string | undefined;

const endedBySignal: Rule = ({ endedEarly, elapsedUs, options }) => {
  if (endedEarly !== 'signal') return undefined;
  const planned = seconds(options.durationMs * 1000);
  return `It was ended by a signal after ${seconds(elapsedUs)} of ${planned}.`;
};

const noAnswer: Rule = (result) => {
  if (result.completed > 0) return undefined;
  const [cause] = result.causes;
  const why = cause ? ` The most frequent failure: ${cause[0]} (${times(cause[1])}).` : '';
  return `Nothing was answered: ${count(result.sent, 'request')} sent, no response came.${why}`;
};

const wrongRate: Rule = (result) => {
  const { completed, elapsedUs } = result;
  const perSecondWanted = wantedRate(result);
  const wanted = perSecondWanted * (elapsedUs / 1e6);
  const off = completed - wanted;
  if (completed === 0 || Math.abs(off) <= Math.max(1, wanted * validity.rateTolerance))
    return undefined;
  const rate = perSecond(achievedRate(result));
  const asked = Number(perSecondWanted.toFixed(1));
  const achieved = `The rate was ${rate}/s of the ${asked}/s asked`;
  const by = `${percent(Math.abs(off) / wanted)} ${off > 0 ? 'above' : 'below'}`;
  return `${achieved}, ${by}; ${remedy(off, result, wanted)}.`;
};

/** A stage that answers more than was due in it makes up for those before. */
const wrongStages: Rule = ({ stages = [], completed, options }) => {
  if (completed === 0) return undefined;
  const slow = stages.flatMap((stage, index) => {
    const short = stage.due - stage.answered;
    if (short <= Math.max(1, stage.due * validity.rateTolerance)) return [];
    const [rate, due] = [stage.answered, stage.due].map((times) =>
      perSecond(inSecond(times, stage)),
    );
    const which = `stage ${index + 1} (${formatStage(stage.stage)})`;
    return [`${which} had ${rate}/s of ${due}/s due, ${percent(short / stage.due)} below`];
  });
  if (slow.length === 0) return undefined;
  return `The rate was not reached: ${slow.join('; ')}; ask for less, or ${openMore(options)}.`;
};

function openMore({ http2 }: LoadResult['options']): string {
  return http2 ? 'open more streams with --streams' : 'open more connections with -c';
}

function remedy(off: number, result: LoadResult, wanted: number): string {
  const { unanswered, endedEarly, options } = result;
  const { inFlight, unsent } = unanswered;
  const waiting = inFlight + unsent;
  if (off > 0) return 'the script sends more than one request at a time, or moves their due times';
  if (unsent > wanted * validity.rateTolerance)
    return (
      `${count(unsent, 'request')} due had found no free connection by the end: ` +
      `ask for less with -R, or ${openMore(options)}`
    );
  if (waiting >= -off - 1)
    return `${waiting} were still waiting for their responses at the end: run longer with -d`;
  if (endedEarly === 'script') return 'thread:stop() ended some threads before the others';
  return 'the requests that failed took their place, or the script delayed them';
}

const lateGenerator: Rule = (result) => {
  const { valueUs, lowerUs } = boundedLatency(result, 99);
  const apartUs = valueUs - lowerUs;
  if (apartUs <= validity.boundsUs || apartUs <= valueUs * validity.boundsShare) return undefined;
  const figures = `its p99 of ${ms(valueUs)} would be ${ms(lowerUs)} without its own lag`;
  const late = `The generator was late: ${figures}; use fewer threads than cores`;
  if (busiest(result) <= validity.idle) return `${late}, or give it cores of its own.`;
  return `${late}, give it cores of its own, or ask for less with -R.`;
};

/** It was late with little to do: something else holds it up, and would at a lower rate too. */
export function heldUp(result: LoadResult): boolean {
  return lateGenerator(result) !== undefined && busiest(result) <= validity.idle;
}

const busyThread: Rule = (result) => {
  const busy = busiest(result);
  if (busy <= validity.busy) return undefined;
  const number = result.threads.findIndex((thread) => thread.busy === busy) + 1;
  const which = `thread ${number} of ${result.threads.length}`;
  return (
    `The generator was saturated: ${which} computed ${percent(busy)} of the time; ` +
    'use more threads, a cheaper script, or ask for less with -R.'
  );
};

const failed: Rule = (result) => {
  if (failures(result) === 0) return undefined;
  const fault = result.options.expect ? 'were not as expected' : 'had an error status';
  const answers = `of ${count(result.completed, 'response')} ${fault}`;
  const kinds = Object.entries(result.errors)
    .filter(([, times]) => times > 0)
    .map(([kind, times]) => (kind === 'status' ? `${times} ${answers}` : `${kind} ${times}`));
  const [cause] = result.completed > 0 ? result.causes : [];
  const most = cause ? `; the most frequent: ${cause[0]} (${times(cause[1])})` : '';
  const hint = /status 40[04]$/.test(cause?.[0] ?? '')
    ? '; check the path of the URL, --workload or -s: a GET finds only keys that a PUT wrote'
    : '';
  return `${count(failures(result), 'failure')}: ${kinds.join(', ')}${most}${hint}.`;
};

function busiest({ threads }: LoadResult): number {
  return threads.reduce((most, { busy }) => Math.max(most, busy), 0);
}

const ms = (us: number) => `${(us / 1000).toFixed(2)} ms`;
const seconds = (us: number) => `${Number((us / 1e6).toFixed(1))} s`;
const perSecond = (rate: number) => rate.toFixed(1);
const percent = (share: number) => `${Number((share * 100).toPrecision(share < 0.1 ? 2 : 3))} %`;
const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
const times = (number: number) => (number === 1 ? 'once' : `${number} times`);
