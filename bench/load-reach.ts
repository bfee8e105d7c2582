/**
 * The reach of one generator thread: the rates at which it keeps its schedule against a constant responder that has a core of its
 * own; plain, and with the Lua script of the reference load.
 *
 *   npm run bench:load-reach
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Work } from '#dist/lab/load/load-options.js';
import { startNginx } from './support/nginx.js';
import { pinned } from './support/programs.js';
import { describeMachine, inTurn, median, missed, spread } from './support/rounds.js';

interface Step {
  readonly work: Work;
  readonly rate: number;
}

const script: Work = {
  kind: 'script',
  file: fileURLToPath(new URL('../../wrk/get.lua', import.meta.url)),
  args: [],
};
const steps: Record<string, Step> = {
  'plain 50k': { work: { kind: 'plain' }, rate: 50_000 },
  'plain peak': { work: { kind: 'plain' }, rate: 120_000 },
  'Lua 25k': { work: script, rate: 25_000 },
  'Lua peak': { work: script, rate: 80_000 },
};

const nginx = await startNginx(18_098, { core: 0 });
process.stdout.write(
  `Reach: -t1 -c64 -d5s, generator on one core, ${nginx.version} on another\n${describeMachine()}\n`,
);
try {
  const sides = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [name, () => measure(nginx.url, step)]),
  );
  const results = await inTurn(3, sides);
  process.stdout.write('\nMedians, answers a second (least … most)\n');
  for (const [name, figures] of Object.entries(results))
    process.stdout.write(`  ${name.padEnd(10)} ${spread(figures, 'rate')}\n`);
  const reached = (name: string) => median((results[name] ?? []).map(({ rate }) => rate as number));
  const passed = reached('plain 50k') >= 49_500 && reached('Lua 25k') >= 24_750;
  process.stdout.write(
    `  ${passed ? 'ok' : 'MISSED'}: one thread is to drive 50 000 a second, and 25 000 with the script\n`,
  );
  process.exitCode = passed ? 0 : missed;
} finally {
  await nginx.stop();
}

/** Runs in a process of its own, pinned to the other core. */
function measure(
  url: string,
  { work, rate }: Step,
): Promise<{ rate: number; busy: number; 'lag p99': number }> {
  const [execPath, execArgv] = pinned(1, process.execPath, []);
  return new Promise((resolve, reject) => {
    const child = fork(
      new URL('./support/load-child.js', import.meta.url),
      [JSON.stringify({ url, work, rate })],
      {
        execPath,
        execArgv,
      },
    );
    child.once('message', (figures) => resolve(figures as never));
    child.once('exit', (code) => reject(new Error(`the generator ended with code ${code}`)));
  });
}
