/**
 * Builds whose service times are known, measured by the generator in virtual time, on a machine
 * that varies: it slowly drifts, and each run has some luck of its own.
 */
import type { Build } from '#dist/lab/ab/compare-builds.js';
import type { Figures } from '#dist/lab/ab/figures.js';
import { randomFrom, unitInterval } from '#dist/lab/load/request/random.js';
import { play } from '../load/generator/virtual-service.js';

const second = 1e6;

export interface Machine {
  /** How much slower B is; 0.1 is 10 % more service time. */
  readonly slower: number;
  /** Length of a run. */
  readonly seconds: number;
  readonly seed: number;
}

const meanUs = 2000;
const rate = 100;
/** Standard deviations: of a run's own luck, and of the drift from one run to the next. */
const luck = 0.02;
const drift = 0.03;

/** Returns a function that makes a run. The same seed makes the same machine. */
export function virtualBuilds({
  slower,
  seconds,
  seed,
}: Machine): (build: Build) => Promise<Figures> {
  const random = randomFrom(seed, 1);
  const unit = () => unitInterval(random);
  const normal = () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  let slowness = 0;
  return async (build) => {
    slowness += drift * normal();
    const factor = Math.exp(slowness + luck * normal()) * (build === 'b' ? 1 + slower : 1);
    const { latency } = play({
      ...{ rate, connections: 4, durationUs: seconds * second },
      // Half of it is always there, the other half is exponential.
      respondUs: (us) => us + (meanUs / 2) * factor * (1 - Math.log(1 - unit())),
    }).records;
    return {
      p50: latency.valueAtPercentile(50),
      p90: latency.valueAtPercentile(90),
      p99: latency.valueAtPercentile(99),
      cpu: (meanUs / 4) * factor * Math.exp(0.01 * normal()),
      responseBytes: 100,
    };
  };
}
