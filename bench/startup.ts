/**
 * How long a user waits for `--version` and for each `--help`, in turn with a Node that does
 * nothing. test/cli/quick-help.long.test.ts holds the number of modules, whatever the machine does.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readFlags } from './support/flags.js';
import { conclude, machineLine, median, spreadOf } from './support/rounds.js';

const flags = readFlags(`npm run bench:startup [-- FLAGS]

  --rounds N  (20)
`);
const rounds = flags.number('rounds') ?? 20;
const maxRatio = 2.5;
const main = fileURLToPath(import.meta.resolve('#dist/cli/main.js'));
const help = execFileSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
const names = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);

function elapsedMs(args: readonly string[]): number {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - began;
}

process.stdout.write(`Startup: median of ${rounds} (min … max), in ms\n${machineLine()}\n`);
const format = (ms: number) => ms.toFixed(0);
const ratios: number[] = [];
for (const args of [['--version'], ['--help'], ...names.map((name) => [name, '--help'])]) {
  const nothing: number[] = [];
  const command: number[] = [];
  for (let round = 0; round < rounds; round++) {
    nothing.push(elapsedMs(['-e', '0']));
    command.push(elapsedMs([main, ...args]));
  }
  const ratio = median(command) / median(nothing);
  ratios.push(ratio);
  process.stdout.write(
    `  ${args.join(' ').padEnd(18)} ${spreadOf(command, format).padEnd(18)}  ` +
      `node -e 0 ${spreadOf(nothing, format).padEnd(18)}  ${ratio.toFixed(2)} ×\n`,
  );
}
const worst = Math.max(...ratios);
conclude(
  worst <= maxRatio,
  `each takes at most ${maxRatio} × the time of node -e 0; the slowest takes ${worst.toFixed(2)} ×`,
);
