/**
 * The reach of one generator thread: the rates that it keeps against a constant responder with a
 * core of its own, plain and with the Lua script of the reference load.
 */
import type { Work } from '#dist/lab/load/load-options.js';
import { scriptOf } from './parts/reference.js';
import { startNginx } from './peers/nginx.js';
import { readFlags } from './support/flags.js';
import { load } from './support/load.js';
import { run } from './support/programs.js';
import { conclude, inTurn, machineLine, middle, spread } from './support/rounds.js';

const flags = readFlags(`npm run bench:load-reach [-- FLAGS]

  --rounds N   (3)
  --seconds N  of each run (5)
`);
const seconds = flags.number('seconds') ?? 5;
const plain: Work = { kind: 'plain' };
const script: Work = { kind: 'script', file: scriptOf('get'), args: [] };
const steps: Record<string, { readonly work: Work; readonly rate: number }> = {
  'plain 50k': { work: plain, rate: 50_000 },
  'plain peak': { work: plain, rate: 120_000 },
  'Lua 25k': { work: script, rate: 25_000 },
  'Lua peak': { work: script, rate: 80_000 },
};
const nginx = await startNginx({ core: 0 });
run('taskset', '-acp', '1', String(process.pid));
process.stdout.write(`Reach: -t1 -c64 -d${seconds}s, generator on one core, nginx on another
${machineLine()}\n`);
const rounds = await inTurn(flags.number('rounds') ?? 3, Object.keys(steps), async (name) => {
  const size = { threads: 1, connections: 64, durationMs: seconds * 1000, warmupMs: 1000 };
  const step = { rate: 0, ...steps[name] };
  const { rate, busy, lagP99 } = await load({ ...step, ...size, url: nginx.url });
  return { rate, busy, 'lag p99': lagP99 };
});
await nginx.stop();
process.stdout.write('\nMedians, responses per second (min … max)\n');
for (const name of Object.keys(steps))
  process.stdout.write(`  ${name.padEnd(10)} ${spread(rounds, 'rate', name)}\n`);
const reached = (side: string) => middle(rounds, 'rate', side);
const passed = reached('plain 50k') >= 49_500 && reached('Lua 25k') >= 24_750;
conclude(passed, 'one thread is to drive 50 000/s, and 25 000/s with the script');
