/**
 * Names the cause of each slow request of the reference load: lays over it what a probe in server
 * and generator saw, and the kernel. Needs Linux. Ends with 3 if one of 50 ms or more has none.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from './support/flags.js';
import { conclude, machineLine } from './support/rounds.js';
import { countUnnamed, formatOutcome } from './tail/table.js';
import { script, type WatchedPhase, watchServer } from './tail/watch.js';

const flags = readFlags(`npm run bench:tail [-- FLAGS]

  --seconds N      of PUT, and then of GET (60)
  --rate N         requests per second (10000)
  --threads N      of the generator (1)
  --connections N  over all threads (20)
  --slow MS        requests that take as long are looked at (20)
  --json FILE      writes what was seen
  --data DIR       where the store is made (build)
`);
const seconds = flags.number('seconds') ?? 60;
const load = {
  threads: flags.number('threads') ?? 1,
  connections: flags.number('connections') ?? 20,
  rate: flags.number('rate') ?? 10_000,
  durationMs: seconds * 1000,
  warmupMs: 0,
  slowMs: flags.number('slow') ?? 20,
};
const data = flags.text('data') ?? 'build';
mkdirSync(data, { recursive: true });
const directory = mkdtempSync(join(data, 'tail-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));

const server = await watchServer(directory);
const line = `-t${load.threads} -c${load.connections} -R${load.rate} -d${seconds}s`;
process.stdout.write(`Tail: ${line}, slow is ${load.slowMs} ms\n${machineLine()}\n`);
const phases: (WatchedPhase & { name: string })[] = [];
for (const name of ['put', 'get'] as const) {
  const phase = await server.run(script(name), load);
  phases.push({ name, ...phase });
  print(name, phase);
}
await server.stop();
const file = flags.text('json');
if (file !== undefined) writeFileSync(file, `${JSON.stringify({ load, phases }, undefined, 1)}\n`);
const unnamed = phases.filter(({ outcome }) => countUnnamed(outcome) > 0).map(({ name }) => name);
const missing = unnamed.length === 0 ? '' : `; not so in ${unnamed.join(', ')}`;
conclude(unnamed.length === 0, `each request of 50 ms or more is to have a cause${missing}`);

function print(name: string, { outcome, result }: WatchedPhase): void {
  const { completed, p50, p99, p999, max, failures } = result;
  const times = Object.entries({ p50, p99, 'p99.9': p999, max });
  const latency = times.map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`).join(', ');
  process.stdout.write(`\n${name.toUpperCase()}: ${completed} responses, ${latency}\n`);
  for (const [text, count] of failures) process.stdout.write(`  ${count} × ${text}\n`);
  process.stdout.write(formatOutcome(outcome, load.slowMs));
}
