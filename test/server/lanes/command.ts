/**
 * Fuzzes the lanes for as many cases as you like: npm run fuzz:lanes -- [--cases 1000000] [--seed N]
 * Exits with 1 on a difference, with the seed and the smallest case that shows it.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';
import { Pair } from './pair.js';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const number = (name: string, text: string) => {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`--${name} is a whole number below 10^9, got ${text}`);
  return Number(text);
};
const cases = number('cases', values.cases);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : number('seed', values.seed);

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
    `${terminal ? '\n' : ''}no difference in ${cases} cases, ${seconds()} s; ${unsteady} differed beside others and not alone\n`,
  );
} catch (error) {
  process.stdout.write(`\nseed ${seed}: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await pair.close();
}
