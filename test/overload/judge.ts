/**
 * The faults of a scenario, and the ratios that it missed. An attack that was none is a fault,
 * because a server that nobody attacks passes everything. A busy machine can miss a ratio, and cut
 * an attacker that it gives no time.
 */
import type { Counts } from './attacks.js';
import type { Ending } from './helper.js';
import type { Scenario } from './scenarios.js';
import { type WindowResult, type Windows, windowNames } from './window.js';

export interface Seen {
  /** Faults that showed themselves. */
  readonly server: readonly string[];
  readonly windows: Windows | undefined;
  readonly attack: Ending<Counts>;
}

export interface Judgement {
  readonly faults: readonly string[];
  /** A busy machine can be the cause of these. */
  readonly missed: readonly string[];
}

/** The probe is level again if its p99 is at most so many times that of before the attack. */
const maxRatioAfter = 3;
/** A new client is to have its response within this, in ms. */
const maxNewMs = 2000;
/** Above this a probe waits for the machine, and tells nothing of the server, in ms. */
const maxAloneMs = 20;
/** Below this a ratio says more about the machine than about the server, in ms. */
const minBaseMs = 1;

export function judge(scenario: Scenario, { server, windows, attack }: Seen): Judgement {
  const faults = [...server, ...shortfalls(scenario, attack)];
  const missed = errors(scenario, attack);
  if (windows === undefined) return { faults, missed };
  const { alone, beside, after } = windows;
  const lost = windowNames.flatMap((name) => lostOf(windows[name]));
  if (alone.p99Ms > maxAloneMs)
    missed.push(`this machine is busy: p99 alone ${alone.p99Ms} ms`, ...lost);
  else faults.push(...lost);
  const hold = (when: string, result: WindowResult, max: number) => {
    const ratio = ratioOf(result, alone);
    if (ratio > max) missed.push(`p99 ${when} ${ratio.toFixed(1)} ×, at most ${max} ×`);
  };
  if (scenario.maxRatio !== undefined) hold('beside it', beside, scenario.maxRatio);
  hold('a second after it', after, maxRatioAfter);
  const slowestMs = Math.max(...windowNames.map((name) => windows[name].maxNewMs));
  if (slowestMs > maxNewMs)
    missed.push(`the slowest new client waited ${Math.round(slowestMs)} ms, at most ${maxNewMs}`);
  return { faults, missed };
}

/** The p99 of one as a multiple of that of the other. */
export function ratioOf(result: WindowResult, alone: WindowResult): number {
  return result.p99Ms / Math.max(alone.p99Ms, minBaseMs);
}

/** How the attack was less than it had to be. */
function shortfalls({ min }: Scenario, attack: Ending<Counts>): string[] {
  if ('failed' in attack) return [`the attacker ${attack.failed}`];
  return Object.entries(min)
    .map(([name, bound]) => ({ name, bound, count: attack.result[name] ?? 0 }))
    .filter(({ bound, count }) => count < bound)
    .map(({ name, bound, count }) => `the attack was none: ${count} ${name}, at least ${bound}`);
}

/** How the attack met more errors than it may. */
function errors({ max = {} }: Scenario, attack: Ending<Counts>): string[] {
  if ('failed' in attack) return [];
  return Object.entries(max)
    .map(([name, bound]) => ({ name, bound, count: attack.result[name] ?? 0 }))
    .filter(({ bound, count }) => count > bound)
    .map(({ name, bound, count }) => `the attack went wrong: ${count} ${name}, at most ${bound}`);
}

function lostOf(seen: WindowResult): string[] {
  const { name, requests, unanswered, lost, refused, newRefused } = seen;
  return [
    ...(requests > 0 ? [] : [`the probe asked nothing in the window '${name}'`]),
    ...(unanswered === 0 ? [] : [`${unanswered} new clients had no response (${name})`]),
    ...(lost === 0 ? [] : [`the probe lost ${lost} requests (${name})`]),
    ...(refused === 0 ? [] : [`the probe got ${refused} refusals (${name})`]),
    ...(newRefused === 0 ? [] : [`${newRefused} new clients were refused (${name})`]),
  ];
}
