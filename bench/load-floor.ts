/**
 * The floor of the instrument: the latency that `evenkeel load` and wrk2 report of a service that
 * takes no time. All of it belongs to the tool, and to the kernel.
 */
import { startNginx } from './peers/nginx.js';
import { readFlags } from './support/flags.js';
import { load } from './support/load.js';
import { conclude, inTurn, machineLine, middle, spread } from './support/rounds.js';
import { runWrk2 } from './support/wrk2.js';

const flags = readFlags(`npm run bench:load-floor [-- FLAGS]

  --wrk2 PATH  measures wrk2 too, which nobody packages; or WRK2=PATH
  --rounds N   (3)
  --seconds N  of each run (15)
`);
const wrk2 = flags.text('wrk2') ?? process.env.WRK2;
const seconds = flags.number('seconds') ?? 15;
const line = { threads: 4, connections: 20, rate: 10_000 };

const sides = wrk2 ? ['evenkeel', 'wrk2'] : ['evenkeel'];
const text = `-t${line.threads} -c${line.connections} -R${line.rate} -d${seconds}s`;
process.stdout.write(`Floor: ${text} against nginx\n${machineLine()}\n`);
const { url, stop } = await startNginx();
const rounds = await inTurn(flags.number('rounds') ?? 3, sides, async (side) => {
  if (wrk2 && side === 'wrk2') return runWrk2(wrk2, { ...line, url, seconds });
  const figures = await load({ ...line, url, durationMs: seconds * 1000 });
  const { rate, p50, p99, max, lagP50, lagP99, busy } = figures;
  return { rate, p50, p99, max, 'lag p50': lagP50, 'lag p99': lagP99, busy };
});
await stop();

process.stdout.write('\nMedians in ms (min … max)\n');
for (const side of sides) {
  const [p50, p99] = ['p50', 'p99'].map((figure) => spread(rounds, figure, side));
  process.stdout.write(`  ${side.padEnd(9)} p50 ${p50}   p99 ${p99}\n`);
}
const p50 = (side: string) => middle(rounds, 'p50', side);
process.stdout.write(`  evenkeel's lag p99 ${spread(rounds, 'lag p99', 'evenkeel')}
  p50 ratio wrk2 / evenkeel: ${wrk2 ? (p50('wrk2') / p50('evenkeel')).toFixed(1) : 'not measured'}
`);
const isRateKept = Math.abs(middle(rounds, 'rate', 'evenkeel') / line.rate - 1) <= 0.005;
const bar = `evenkeel's p50 is to be at most 0.25 ms, and its rate within 0.5 % of ${line.rate}/s`;
conclude(isRateKept && p50('evenkeel') <= 0.25, bar);
