/**
 * Takes a sampling of a process: its main thread, its worker threads, and what is measured beside
 * them, over one window. The samplers are begun first and ended last, because both stop the thread
 * for a moment that must not be in the figures.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InspectorConnection } from './inspector-connection.js';
import { programRoot, startProbe } from './probe.js';
import type { AllocationRecording, CpuRecording, Recording, ThreadRecording } from './recording.js';
import { allocationSampler, cpuSampler, type Sampler } from './samplers.js';
import { beginIn } from './thread-sampling.js';
import { attachWorkers } from './workers.js';

interface SampleOptions {
  readonly seconds: number;
  /** Ends the window early; what was sampled by then is the result. */
  readonly signal?: AbortSignal;
}

/**
 * @param options.intervalUs between samples; default 1000. What it costs a thread grows with the
 * samples.
 */
async function sampleCpu(
  connection: InspectorConnection,
  { intervalUs = 1000, ...options }: SampleOptions & { readonly intervalUs?: number },
): Promise<CpuRecording> {
  return { kind: 'cpu', ...(await sample(connection, cpuSampler(intervalUs), options)) };
}

/**
 * @param options.intervalBytes between samples; default 32 KiB. V8 keeps every sample until the
 * end.
 */
async function sampleAllocations(
  connection: InspectorConnection,
  { intervalBytes = 32_768, ...options }: SampleOptions & { readonly intervalBytes?: number },
): Promise<AllocationRecording> {
  return {
    kind: 'alloc',
    ...(await sample(connection, allocationSampler(intervalBytes), options)),
  };
}

export function sampleKind(
  kind: Recording['kind'],
  connection: InspectorConnection,
  options: SampleOptions,
): Promise<Recording> {
  return kind === 'cpu' ? sampleCpu(connection, options) : sampleAllocations(connection, options);
}

async function sample<Raw>(
  connection: InspectorConnection,
  sampler: Sampler<Raw>,
  { seconds, signal }: SampleOptions,
): Promise<Omit<CpuRecording, 'kind' | 'raw' | 'workers'> & Threads<Raw>> {
  const signals = signal ? [connection.lost, signal] : [connection.lost];
  const root = await programRoot(connection);
  const workers = await attachWorkers(connection);
  try {
    const begun = await eachWorker(workers.threads, (thread) =>
      beginIn(thread.connection, sampler),
    );
    const mainBegun = await beginIn(connection, sampler);
    await wait(sampler.settleSeconds, signals);
    const open = await eachWorker(begun, (thread) => thread.open());
    const mainOpen = await mainBegun.open();
    const probe = await startProbe(connection);
    const start = performance.now();
    await wait(seconds, signals);
    connection.lost.throwIfAborted();
    const metrics = await probe.stop();
    const durationUs = (performance.now() - start) * 1000;
    const main = await mainOpen.end();
    return {
      root,
      durationUs,
      metrics,
      ...main,
      workers: await eachWorker(open, (thread) => thread.end()),
    };
  } finally {
    await workers.detach();
  }
}

interface Threads<Raw> extends ThreadRecording<Raw> {
  readonly workers: readonly (ThreadRecording<Raw> & { readonly name: string })[];
}

const workerPatienceMs = 5_000;

/**
 * A worker thread may end, or wait for something and never answer; then the process is sampled
 * without it.
 */
async function eachWorker<Thread extends { readonly name: string }, Result>(
  threads: readonly Thread[],
  step: (thread: Thread) => Promise<Result>,
): Promise<(Result & { readonly name: string })[]> {
  const late = sleep(workerPatienceMs, undefined, { ref: false });
  const results = await Promise.all(
    threads.map((thread) => {
      const result = step(thread).then(
        (result) => ({ ...result, name: thread.name }),
        () => undefined,
      );
      return Promise.race([result, late]);
    }),
  );
  return results.filter((result) => result !== undefined);
}

async function wait(seconds: number, signals: readonly AbortSignal[]): Promise<void> {
  // An aborted wait is an ended one.
  await sleep(seconds * 1000, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => {});
}
