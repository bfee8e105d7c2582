/** One scenario: the probe alone, the probe beside the attack, and the probe a second later. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProbeResult } from './probe.js';
import type { Scenario } from './scenarios.js';
import { startNode, type Turn } from './scheduling.js';
import { type ServerOptions, startAttacked } from './server.js';

export interface RunOptions extends ServerOptions {
  readonly aloneMs: number;
  readonly attackMs: number;
  readonly afterMs: number;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly alone: ProbeResult;
  readonly beside: ProbeResult;
  readonly after: ProbeResult;
  readonly peakBytes: number;
  /** The attacker's own words. */
  readonly told: string;
  readonly faults: readonly string[];
  /** Ratios that a busy machine can miss. */
  readonly missed: readonly string[];
}

/** The probe is level again if its p99 is at most so many times that of before the attack. */
const maxRatioAfter = 3;
/** Above this a probe waits for the machine, and tells nothing of the server, in ms. */
const maxAloneMs = 20;
/** Below this a ratio says more about the machine than about the server, in ms. */
const minBaseMs = 1;

export async function run(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const server = await startAttacked({ ...options, descriptors: scenario.descriptors });
  const probe = child('first', './probe.js', [String(server.port)]);
  try {
    await measure(probe, 500);
    const alone = await measure(probe, options.aloneMs);
    const attacker = child('last', './attacker.js', [scenario.attack, String(server.port)]);
    // The first second is the compiler's, and the attackers arrive in it.
    const arriving = await measure(probe, 1000);
    const beside = await measure(probe, options.attackMs);
    attacker.send('stop');
    const told = String(await Promise.race([message(attacker), sleep(20_000, 'it did not end')]));
    attacker.kill('SIGKILL');
    await measure(probe, 1000);
    const after = await measure(probe, options.afterMs);
    const { fault, peakBytes } = await server.stop();
    const lost = [
      ...lostOf('as the attack began', arriving),
      ...lostOf('beside the attack', beside),
      ...lostOf('after the attack', after),
    ];
    const isBusy = alone.p99Ms > maxAloneMs;
    const faults = [
      ...(fault === undefined ? [] : [`the server ${fault}`]),
      ...(peakBytes > options.maxBytes ? ['more memory than it may take'] : []),
      ...(isBusy ? [] : lost),
    ];
    const missed = isBusy ? [`this machine is busy: p99 alone ${alone.p99Ms} ms`, ...lost] : [];
    const judge = (when: string, result: ProbeResult, max: number) => {
      const ratio = ratioOf(result, alone);
      if (ratio > max) missed.push(`p99 ${when} ${ratio.toFixed(1)} ×, at most ${max} ×`);
    };
    if (scenario.maxRatio !== undefined) judge('beside it', beside, scenario.maxRatio);
    judge('a second after it', after, maxRatioAfter);
    return { scenario, alone, beside, after, peakBytes, told, faults, missed };
  } finally {
    probe.kill('SIGKILL');
    await server.stop();
  }
}

/** The p99 of one as a multiple of that of the other. */
export function ratioOf(result: ProbeResult, alone: ProbeResult): number {
  return result.p99Ms / Math.max(alone.p99Ms, minBaseMs);
}

function lostOf(when: string, { unanswered, lost }: ProbeResult): string[] {
  return [
    ...(unanswered === 0 ? [] : [`${unanswered} new clients had no response ${when}`]),
    ...(lost === 0 ? [] : [`the probe lost its connection ${lost} times ${when}`]),
  ];
}

/** The probe's figures of so many milliseconds from now. */
async function measure(probe: ChildProcess, ms: number): Promise<ProbeResult> {
  await ask(probe);
  await sleep(ms);
  return ask(probe);
}

async function ask(probe: ChildProcess): Promise<ProbeResult> {
  const reply = message(probe);
  probe.send('result');
  return (await reply) as ProbeResult;
}

/** The next message of a helper process. @throws Error if it ends before */
function message(from: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (told: unknown) => {
      from.off('exit', onExit);
      resolve(told);
    };
    const onExit = (code: number | null) => {
      from.off('message', onMessage);
      reject(new Error(`a helper process ended with ${code}`));
    };
    from.once('message', onMessage).once('exit', onExit);
  });
}

function child(turn: Turn, file: string, args: readonly string[]): ChildProcess {
  return startNode(turn, fileURLToPath(new URL(file, import.meta.url)), args);
}
