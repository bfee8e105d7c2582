/** Fuzzes the lanes for as many cases as you like. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';
import { Pair } from './pair.js';

const help = `npm run fuzz:lanes -- [--cases N] [--seed N]

  --cases N   requests, or pipelines, sent to both lanes (1000000: under an hour)
  --seed N    where the cases come from; the same again are the same cases (any)

Exits with 1 on a difference, with the seed and the smallest case that shows it.
Exits with 2 for a wrong command line.
`;

const { cases, seed } = readFlags();

function readFlags(): { cases: number; seed: number } {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: { cases: text, seed: text, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    return {
      cases: number('cases', values.cases ?? '1000000'),
      seed: number('seed', values.seed ?? String(Math.floor(Math.random() * 1e9))),
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
const seconds = () => ((performance.now() - beganMs) / 1000).toFixed(0);
const terminal = process.stdout.isTTY;
process.stdout.write(`seed ${seed}: ${cases} cases\n`);
const pair = await Pair.start();
try {
  const { unsteady } = await fuzz(pair, {
    cases,
    seed,
    onProgress: (done) => {
      const line = `${done} of ${cases} cases, ${seconds()} s`;
      if (terminal) process.stdout.write(`\r${line}`);
      else if (done % 50_000 === 0) process.stdout.write(`${line}\n`);
    },
  });
  process.stdout.write(
    `${terminal ? '\n' : ''}no difference in ${cases} cases, ${seconds()} s; ` +
      `${unsteady} differed beside others and not alone\n`,
  );
} catch (error) {
  process.stdout.write(`\nseed ${seed}: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await pair.close();
}
