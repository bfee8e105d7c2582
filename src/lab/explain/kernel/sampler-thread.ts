/** The thread of the sampler: it samples until it is told to end, and reports then. */
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicClock } from '../../load/generator/clock.js';
import type { Seen, Taker } from '../evidence.js';
import { everyMs, Sampler } from './sampler.js';

export interface SamplerResult {
  readonly seen: readonly Seen[];
  readonly takers: readonly Taker[];
  /** Whether the kernel let us see where threads are blocked. */
  readonly isOpen: boolean;
  /** Why the sampling ended before it was told to. */
  readonly ended?: string | undefined;
}

const main = parentPort as NonNullable<typeof parentPort>;
const clock = monotonicClock();
const sampler = new Sampler((workerData as { pid: number }).pid, () => clock.now());
const timer = setInterval(() => sampler.sample(), everyMs);
main.once('message', () => {
  clearInterval(timer);
  const { isOpen } = sampler;
  main.postMessage({ isOpen, ...sampler.end() } satisfies SamplerResult);
});
