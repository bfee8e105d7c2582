/**
 * The floor of the instrument: what `evenkeel load` and wrk2 report of a service that takes no time, in turn. What is above
 * zero is the tool's own, and the kernel's.
 *
 *   npm run bench:load-floor -- [--wrk2 PATH]     (or WRK2=PATH; wrk2 is packaged nowhere, so bring your own)
 */
import { parseArgs } from 'node:util';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { startNginx } from './support/nginx.js';
import { describeMachine, type Figures, inTurn, median, missed, spread } from './support/rounds.js';
import { runWrk2 } from './support/wrk2.js';

const { values } = parseArgs({
  options: { wrk2: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});
const wrk2 = values.wrk2 ?? process.env.WRK2;
const load = { threads: 4, connections: 20, rate: 10_000, seconds: 15 };

const nginx = await startNginx(18_099);
process.stdout.write(`Floor: -t${load.threads} -c${load.connections} -R${load.rate} -d${load.seconds}s against ${nginx.version}
${describeMachine()}\n`);
try {
  const results = await inTurn(Number(values.rounds), {
    evenkeel: async () => {
      const { latency, lag, threads, completed, elapsedUs } = await runLoad({
        ...defaultOptions,
        ...load,
        url: nginx.url,
        durationMs: load.seconds * 1000,
      });
      return {
        rate: (completed / elapsedUs) * 1e6,
        p50: latency.valueAtPercentile(50) / 1000,
        p99: latency.valueAtPercentile(99) / 1000,
        max: latency.max / 1000,
        'lag p50': lag.valueAtPercentile(50) / 1000,
        'lag p99': lag.valueAtPercentile(99) / 1000,
        busy: Math.max(...threads.map(({ busy }) => busy)),
      };
    },
    ...(wrk2 && { wrk2: () => runWrk2(wrk2, { ...load, url: nginx.url }) }),
  });
  const names = Object.keys(results);
  process.stdout.write('\nMedians in ms (least … most)\n');
  for (const name of names)
    process.stdout.write(
      `  ${name.padEnd(9)} p50 ${spread(results[name], 'p50')}   p99 ${spread(results[name], 'p99')}\n`,
    );
  process.stdout.write(`  evenkeel's lag p99 ${spread(results.evenkeel, 'lag p99')}\n`);
  if (results.wrk2)
    process.stdout.write(
      `  p50 ratio wrk2 / evenkeel: ${(p50(results.wrk2) / p50(results.evenkeel)).toFixed(1)}\n`,
    );
  const rates = (results.evenkeel ?? []).map(({ rate }) => rate as number);
  const kept = Math.abs(median(rates) / load.rate - 1) <= 0.005;
  const passed = kept && p50(results.evenkeel) <= 0.25;
  process.stdout.write(
    `  ${passed ? 'ok' : 'MISSED'}: evenkeel's p50 is to be at most 0.25 ms, and its rate within 0.5 % of ${load.rate}/s\n`,
  );
  if (!wrk2) process.stdout.write('  wrk2 was not measured: give its path with --wrk2\n');
  process.exitCode = passed ? 0 : missed;
} finally {
  await nginx.stop();
}

function p50(figures: readonly Figures[] = []): number {
  return median(figures.map((round) => round.p50 as number));
}
