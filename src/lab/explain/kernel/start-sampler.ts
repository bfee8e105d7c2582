/** Starts the sampler in a thread, and brings home what it saw. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import type { SamplerResult } from './sampler-thread.js';

export interface RunningSampler {
  /** Once. */
  take(): Promise<SamplerResult>;
  /** Gives up, or does nothing after take(). */
  stop(): Promise<void>;
}

/**
 * take() fails if the process has ended by now, or if this process can't read on: as when it has
 * too many open files. If the process ends later, what was seen by then is the result.
 */
export async function startSampler(pid: number): Promise<RunningSampler> {
  const file = new URL('./sampler-thread.js', import.meta.url);
  const worker = new Worker(file, { workerData: { pid }, ...workerExecArgv() });
  await once(worker, 'online');
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => {});
  const stop = async () => {
    await worker.terminate();
  };
  const take = async () => {
    const result = once(worker, 'message') as Promise<[SamplerResult]>;
    worker.postMessage('end');
    const [taken] = await Promise.race([result, failed]);
    await stop();
    return taken;
  };
  return { take, stop };
}
