/** One load run in a process that the bench has put on a core; sends its figures to the bench. */
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';

const given = JSON.parse(process.argv[2] as string);
const { completed, elapsedUs, threads, lag } = await runLoad({
  ...defaultOptions,
  ...given,
  threads: 1,
  connections: 64,
  durationMs: 5_000,
  warmupMs: 1_000,
});
process.send?.({
  rate: (completed / elapsedUs) * 1e6,
  busy: threads[0]?.busy ?? 0,
  'lag p99': lag.valueAtPercentile(99) / 1000,
});
