/** Loses power, and fails writes, as often as you like. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { failWrites } from './failures.js';
import type { Tally } from './judge.js';
import { losePower } from './losses.js';
import { PowerLab } from './sessions.js';

const help = `npm run test:power -- [--losses N] [--failures N] [--seed N] [--lie]

  --losses N     losses of power, each at a random moment of a load (1000)
  --failures N   loads in which a write or a sync fails (500)
  --seed N       where the loads come from (any)
  --lie          the disk answers syncs and does nothing: the losses must show

The files are opened by the store, compared with what was acknowledged, closed, and opened by LMDB
alone. Exits with 1 if a write was lost, a value wrong, files refused, or nothing was said. Exits
with 2 for a wrong command line. Needs Linux and a C compiler.
`;

const { losses, failures, seed, lie } = readFlags();

function readFlags() {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        losses: text,
        failures: text,
        seed: text,
        lie: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    return {
      losses: number('losses', values.losses ?? '1000'),
      failures: number('failures', values.failures ?? '500'),
      seed: number('seed', values.seed ?? String(Math.floor(Math.random() * 1e9))),
      lie: values.lie ?? false,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}

function number(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new RangeError(`--${name} takes a whole number below 10^9, got ${text}`);
  return Number(text);
}

const beganMs = performance.now();
const line = (text: string) =>
  process.stdout.write(`${text}, ${((performance.now() - beganMs) / 1000).toFixed(0)} s\n`);
const every = (step: number, what: string) => (done: number) => {
  if (done % step === 0) line(`${done} ${what}`);
};

function told({ opened, wrong, refused, unlike, details }: Tally): string {
  if (wrong + refused + unlike > 0 || details.length > 0) process.exitCode = 1;
  for (const detail of details) process.stdout.write(`  ${detail}\n`);
  return (
    `${opened} stores opened: ${wrong} with a write lost or a value wrong, ` +
    `${refused} refused, ${unlike} that LMDB alone reads otherwise after that`
  );
}

// Memory will do: the recorder knows what was synced, and a real disk only makes it slow.
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const directory = mkdtempSync(join(place, 'evenkeel-power-'));
// Also if a signal ends it.
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code));
const root = dirname(createRequire(import.meta.url).resolve('evenkeel/package.json'));
const lab = new PowerLab(join(root, 'test/power'), directory);
process.stdout.write(`seed ${seed}\n`);
try {
  if (losses > 0) {
    const report = await losePower(lab, { losses, seed, lie }, every(100, 'losses'));
    const { loads, acknowledged, inCheckpoints, inReplays, tally } = report;
    line(`${losses} losses in ${loads} loads of ${acknowledged} acknowledged writes`);
    line(
      `of them ${inCheckpoints} while a checkpoint ran, ${inReplays} while a store opened again`,
    );
    process.stdout.write(`${told(tally)}\n`);
  }
  if (failures > 0) {
    const { tally, failed, ...ends } = await failWrites(
      lab,
      { failures, seed },
      every(50, 'failed writes'),
    );
    line(`failed, by kind: ${JSON.stringify(failed)}; how it ended: ${JSON.stringify(ends)}`);
    process.stdout.write(`${told(tally)}\n`);
  }
} finally {
  lab.stop();
}
