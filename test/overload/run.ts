/** One scenario: the probe alone, the probe beside the attack, and the probe a second later. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Counts } from './attacks.js';
import { type Ending, Helper } from './helper.js';
import { type Judgement, judge } from './judge.js';
import type { Scenario } from './scenarios.js';
import { type ServerOptions, startAttacked } from './server.js';
import { endMessage, type WindowName, type WindowResult, type Windows } from './window.js';

export interface RunOptions extends ServerOptions {
  readonly aloneMs: number;
  readonly attackMs: number;
  readonly afterMs: number;
}

export interface Outcome extends Judgement {
  readonly scenario: Scenario;
  /** Undefined: the probe failed. */
  readonly windows: Windows | undefined;
  readonly peakBytes: number;
  /** The attacker's own counts, or why there are none. */
  readonly told: string;
}

const warmUpMs = 1000;
/** How long the connections of an attacker may take to be there, on a busy machine. */
const maxArrivalMs = 30_000;
/** How long an attacker may take to end. */
const attackerEndMs = 20_000;
/** How long the probe may wait for the responses that are still due. */
const probeEndMs = 30_000;

export async function run(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const server = await startAttacked({ ...options, descriptors: scenario.descriptors });
  const port = String(server.port);
  const probe = new Helper<WindowResult[]>('first', './probe.js', [port]);
  let attacker: Helper<Counts> | undefined;
  try {
    const during = async (name: WindowName, ms: number) => {
      probe.send(name);
      await sleep(ms);
    };
    await sleep(warmUpMs);
    await during('alone', options.aloneMs);
    attacker = new Helper<Counts>('last', './attacker.js', [scenario.attack, port]);
    // The first second is the compiler's.
    await during('arriving', 1000);
    await attacker.arrival(maxArrivalMs);
    await during('beside', options.attackMs);
    probe.send('ending' satisfies WindowName);
    const attack = await attacker.end('stop', attackerEndMs);
    await sleep(1000);
    await during('after', options.afterMs);
    const probed = await probe.end(endMessage, probeEndMs);
    const { fault, peakBytes } = await server.stop();
    const windows = 'result' in probed ? byName(probed.result) : undefined;
    const hasTooMuch = peakBytes > options.maxBytes;
    const judged = judge(scenario, {
      server: [
        ...(fault === undefined ? [] : [`the server ${fault}`]),
        ...(hasTooMuch ? ['more memory than it may take'] : []),
        ...('failed' in probed ? [`the probe ${probed.failed}`] : []),
      ],
      windows,
      attack,
    });
    return { scenario, windows, peakBytes, told: inWords(attack), ...judged };
  } finally {
    attacker?.kill();
    probe.kill();
    await server.stop();
  }
}

function byName(results: readonly WindowResult[]): Windows {
  return Object.fromEntries(results.map((result) => [result.name, result])) as unknown as Windows;
}

function inWords(attack: Ending<Counts>): string {
  if ('failed' in attack) return attack.failed;
  const parts = Object.entries(attack.result).map(([what, count]) => `${count} ${what}`);
  return parts.join(', ');
}
