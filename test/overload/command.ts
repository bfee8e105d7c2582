/**
 * `npm run test:overload`: what a service owes to its other clients while some misbehave. Prints a
 * table. Ends with 1 for a fault: the server died, took too much memory, left a client without a
 * response, or an attack was none. Ends with 3 for a missed ratio or an attack with errors, which a
 * busy machine may cause.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bulkLoad } from '../support/bulk-load.js';
import { type Outcome, run } from './run.js';
import { scenarios } from './scenarios.js';
import { canGoFirst } from './scheduling.js';
import { memoryBound, startAttacked } from './server.js';
import { table } from './table.js';

const MiB = 1024 ** 2;
const maxBytes = 600 * MiB;
const entities = 20_000;

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const names = scenarios.map(({ name }) => name);
const unknown = values.only?.filter((name) => !names.includes(name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`--only takes ${names.join(', ')}, got '${unknown.join("', '")}'\n`);
  process.exit(2);
}
const chosen = scenarios.filter(({ name }) => values.only?.includes(name) ?? true);
/** Slow clients are cut after contentGraceMs, which a short run has to shorten. */
const times = values.quick
  ? { aloneMs: 1500, attackMs: 3500, afterMs: 1000, contentGraceMs: 1500 }
  : { aloneMs: 5000, attackMs: 15_000, afterMs: 3000, contentGraceMs: 10_000 };

const home = mkdtempSync(join(tmpdir(), 'evenkeel-overload-'));
const outcomes: Outcome[] = [];
try {
  const config = join(home, 'config.json');
  writeFileSync(config, JSON.stringify({ limits: { contentGraceMs: times.contentGraceMs } }));
  const options = { directory: join(home, 'data'), config, maxBytes, ...times };
  await fill(options);
  process.stdout.write(
    `Memory is bounded by ${memoryBound(maxBytes)}, at 600 MiB.\n${
      canGoFirst
        ? 'The probe has real-time priority, so it waits for the server and not for the CPU.'
        : 'The probe waits for the CPU like all others: its ratios say more than the server did.'
    }\n`,
  );
  for (const scenario of chosen) {
    const outcome = await run(scenario, options);
    outcomes.push(outcome);
    process.stdout.write(`${scenario.name} (${scenario.what}): ${outcome.told}\n`);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.stdout.write(`\n${table(outcomes)}\n\n`);
const say = (all: (outcome: Outcome) => readonly string[], word: string) => {
  for (const outcome of outcomes)
    for (const text of all(outcome))
      process.stdout.write(`${word}: ${outcome.scenario.name}: ${text}\n`);
  return outcomes.some((outcome) => all(outcome).length > 0);
};
const hasFaults = say(({ faults }) => faults, 'Fault');
const hasMissed = say(({ missed }) => missed, 'Missed');
process.exitCode = hasFaults ? 1 : hasMissed ? 3 : 0;

async function fill(options: { directory: string; config: string }): Promise<void> {
  const server = await startAttacked({ ...options, maxBytes: 2048 * MiB });
  const url = `http://127.0.0.1:${server.port}`;
  const entity = (id: string) => `/v0/entity?id=${id}`;
  for (const [id, bytes] of [
    ['small', 100],
    ['large', 16 * MiB],
  ] as const) {
    const content = Buffer.alloc(bytes, id);
    const { status } = await fetch(`${url}${entity(id)}`, { method: 'PUT', body: content });
    if (status !== 201) throw new Error(`could not store the value ${id}: ${status}`);
  }
  await bulkLoad(url, {
    entities,
    path: (number) => entity(`e${String(number).padStart(6, '0')}`),
    value: () => 'v'.repeat(100),
  });
  await server.stop();
}
