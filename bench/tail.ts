/**
 * The tail: names the cause of each slow request. A server of its own and the reference load, PUT and then GET, both with a probe in all their
 * threads; what the probe and the kernel saw of them is laid over each request that took --slow or longer.
 *
 *   npm run bench:tail -- [--seconds 60] [--rate 10000] [--threads 1] [--connections 20] [--slow 20] [--json FILE] [--data DIR]
 *
 * Needs Linux. Ends with 3 if a request of 50 ms or more has no cause.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { describeMachine, missed } from './support/rounds.js';
import type { Evidence } from './tail/evidence.js';
import { watchPhase } from './tail/phase.js';
import { Sampler } from './tail/sampler.js';
import { countUnnamed, describe, formatOutcome, type PhaseOutcome, worstOf } from './tail/table.js';
import { type Server, startServer } from './tail/watched.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '10000' },
    threads: { type: 'string', default: '1' },
    connections: { type: 'string', default: '20' },
    slow: { type: 'string', default: '20' },
    json: { type: 'string' },
    data: { type: 'string', default: 'build' },
  },
});
const seconds = atLeast('seconds', 1, 3600);
const load = {
  threads: atLeast('threads', 1, 64),
  connections: atLeast('connections', 1, 4096),
  rate: atLeast('rate', 1, 1_000_000),
  durationMs: seconds * 1000,
  warmupMs: 0,
  slowMs: atLeast('slow', 1, 60_000),
};
if (process.platform !== 'linux') throw new Error('bench:tail reads /proc of Linux; run it there');
mkdirSync(values.data, { recursive: true });
const folder = mkdtempSync(join(values.data, 'tail-'));
const sampler = new Sampler(monotonicClock());
let server: Server | undefined;
const phases: (PhaseOutcome & { figures: object; evidence: Evidence })[] = [];
try {
  server = await startServer(folder, sampler);
  process.stdout.write(
    `Tail: -t${load.threads} -c${load.connections} -R${load.rate} -d${seconds}s, slow is ${load.slowMs} ms; server ${server.pid}\n${describeMachine()}\n`,
  );
  for (const name of ['put', 'get'] as const) await phase(name, server);
} finally {
  sampler.stop();
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ load, phases }, undefined, 1)}\n`);
const unnamed = phases.filter((phase) => countUnnamed(phase) > 0).map(({ name }) => name);
process.stdout.write(
  unnamed.length === 0
    ? '\nok: each request of 50 ms or more has a cause\n'
    : `\nMISSED: a request of 50 ms or more may have no cause: ${unnamed.join(', ')}\n`,
);
process.exitCode = unnamed.length === 0 ? 0 : missed;

async function phase(name: 'put' | 'get', server: Server): Promise<void> {
  const { outcome, result, evidence } = await watchPhase(name, load, server, sampler);
  const { startUs: _, slow: __, event: ___, failures, ...figures } = result;
  phases.push({ ...outcome, figures, evidence });
  const { completed, p50Us, p99Us, p999Us, maxUs } = figures;
  const [p50, p99, p999, max] = [p50Us, p99Us, p999Us, maxUs].map(
    (us) => `${(us / 1000).toFixed(2)} ms`,
  );
  process.stdout.write(
    `\n${name.toUpperCase()}: ${completed} answers, p50 ${p50}, p99 ${p99}, p99.9 ${p999}, max ${max}\n`,
  );
  for (const [text, count] of failures) process.stdout.write(`  ${count} × ${text}\n`);
  for (const line of formatOutcome(outcome, load.slowMs)) process.stdout.write(`${line}\n`);
  const worst = outcome.moments
    .map(worstOf)
    .toSorted((a, b) => b.request.latencyUs - a.request.latencyUs);
  for (const one of worst.slice(0, 10)) process.stdout.write(`  ${one.cause}: ${describe(one)}\n`);
}

function atLeast(
  flag: 'seconds' | 'threads' | 'connections' | 'rate' | 'slow',
  least: number,
  most: number,
): number {
  const value = Number(values[flag]);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(
    `--${flag} takes a whole number from ${least} to ${most}, got '${values[flag]}'\n`,
  );
  process.exit(2);
}
