/** A phase of the load, in a process of its own. Its result is the one line that it prints. */
import { performance } from 'node:perf_hooks';
import { monotonicClock } from '#dist/lab/load/generator/clock.js';
import { runLoad } from '#dist/lab/load/load.js';
import { defaultOptions } from '#dist/lab/load/load-options.js';
import { figuresOf } from '../support/load.js';

const options = JSON.parse(process.argv[2] as string);
const result = await runLoad({ ...defaultOptions, ...options });
const toMonotonicUs = monotonicClock().now() - performance.now() * 1000;
const { requests = [], unlisted = 0 } = result.slow ?? {};
const [first] = requests;
const startMs = first ? first.dueAtMs - first.dueUs / 1000 : 0;
const line = {
  ...figuresOf(result),
  /** When the run began, on the clock of all processes. Unknown if no request was slow. */
  startUs: (startMs - performance.timeOrigin) * 1000 + toMonotonicUs,
  slow: requests,
  unlisted,
  failures: result.causes,
};
export type ChildResult = typeof line;
process.stdout.write(`${JSON.stringify(line)}\n`);
