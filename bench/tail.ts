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
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { monotonicClock } from '#dist/load/generator/clock.js';
import { type Moment, momentsOf } from '#dist/load/slow-moments.js';
import { describeMachine, missed } from './support/rounds.js';
import { attribute } from './tail/attribute.js';
import { type Evidence, type Span, since } from './tail/evidence.js';
import { Sampler } from './tail/sampler.js';
import { anyUnnamed, describe, formatOutcome, type PhaseOutcome, worstOf } from './tail/table.js';
import { runPhase, type Server, startServer } from './tail/watched.js';

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
  slowMs: atLeast('slow', 1, 60_000),
};
if (process.platform !== 'linux') throw new Error('bench:tail reads /proc of Linux; run it there');
/** What was seen last may still be on its way when a run ends. */
const settleMs = 1000;

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
  for (const name of ['put', 'get']) await phase(name, server);
} finally {
  sampler.stop();
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ load, phases }, undefined, 1)}\n`);
const unnamed = phases.filter(anyUnnamed).map(({ name }) => name);
process.stdout.write(
  unnamed.length === 0
    ? '\nok: each request of 50 ms or more has a cause\n'
    : `\nMISSED: a request of 50 ms or more may have no cause: ${unnamed.join(', ')}\n`,
);
process.exitCode = unnamed.length === 0 ? 0 : missed;

async function phase(name: string, { url, take }: Server): Promise<void> {
  take();
  sampler.take();
  const file = fileURLToPath(new URL(`../../wrk/${name}.lua`, import.meta.url));
  const { result, stretches } = await runPhase(
    { ...load, url, work: { kind: 'script', file, args: [] } },
    sampler,
  );
  await sleep(settleMs);
  const { startUs, slow, failures, completed, event: _, ...latencies } = result;
  const seen = since({ stretches: [...stretches, ...take()], ...sampler.take() }, startUs);
  const moments = momentsOf(slow.requests);
  const outcome = {
    name,
    moments: moments.map((moment) => attribute(moment, seen)),
    unlisted: slow.unlisted,
  };
  phases.push({ ...outcome, figures: { completed, ...latencies }, evidence: near(moments, seen) });
  const { p50Us, p99Us, p999Us, maxUs } = latencies;
  const [p50, p99, p999, max] = [p50Us, p99Us, p999Us, maxUs].map((us) => `${(us / 1000).toFixed(2)} ms`);
  process.stdout.write(
    `\n${name.toUpperCase()}: ${completed} answers, p50 ${p50}, p99 ${p99}, p99.9 ${p999}, max ${max}\n`,
  );
  for (const [text, count] of failures) process.stdout.write(`  ${count} × ${text}\n`);
  for (const line of formatOutcome(outcome, load.slowMs)) process.stdout.write(`${line}\n`);
  const worst = outcome.moments.map(worstOf).toSorted((a, b) => b.request.latencyUs - a.request.latencyUs);
  for (const one of worst.slice(0, 10)) process.stdout.write(`  ${one.cause}: ${describe(one)}\n`);
}

/** Of all that was seen, what slow requests were near to. */
function near(moments: readonly Moment[], { stretches, samples, others = [] }: Evidence): Evidence {
  const touches = ({ fromUs, toUs }: Span) =>
    moments.some(({ beganUs, endedUs }) => fromUs < endedUs && toUs > beganUs);
  return {
    stretches: stretches.filter(touches),
    samples: samples.filter(touches),
    others: others.filter(touches),
  };
}

function atLeast(
  flag: 'seconds' | 'threads' | 'connections' | 'rate' | 'slow',
  least: number,
  most: number,
): number {
  const value = Number(values[flag]);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`--${flag} takes a whole number from ${least} to ${most}, got '${values[flag]}'\n`);
  process.exit(2);
}
