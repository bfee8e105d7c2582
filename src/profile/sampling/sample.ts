/**
 * Takes a sampling of a process: its main thread, its worker threads, and what is measured beside them, over one window.
 * The samplers are begun first and ended last, because both stop the thread for a moment that must not be in the figures.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InspectorConnection } from './connection.js';
import { programRoot, startProbe, threadTime } from './probe.js';
import type {
  AllocationRecording,
  CpuRecording,
  Recording,
  ThreadRecording,
  ThreadTime,
} from './recording.js';
import { allocationSampler, cpuSampler, type Sampler } from './samplers.js';
import { attachWorkers } from './workers.js';

export interface SampleOptions {
  readonly seconds: number;
  /** Ends the window early; what was sampled by then is the result. */
  readonly signal?: AbortSignal;
}

/** @param options.intervalUs between samples; default 1000, which costs about 1 % of a CPU. Half of it doubles the cost. */
export async function sampleCpu(
  connection: InspectorConnection,
  { intervalUs = 1000, ...options }: SampleOptions & { readonly intervalUs?: number },
): Promise<CpuRecording> {
  return { kind: 'cpu', ...(await sample(connection, cpuSampler(intervalUs), options)) };
}

/** @param options.intervalBytes between samples; default 32 KiB. V8 keeps every sample until the end. */
export async function sampleAllocations(
  connection: InspectorConnection,
  { intervalBytes = 32_768, ...options }: SampleOptions & { readonly intervalBytes?: number },
): Promise<AllocationRecording> {
  return { kind: 'alloc', ...(await sample(connection, allocationSampler(intervalBytes), options)) };
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
  const root = await programRoot(connection);
  const workers = await attachWorkers(connection);
  try {
    const begun = await Promise.all(
      workers.threads.map(({ name, connection }) =>
        atOnce(async () => ({ name, thread: await begin(connection, sampler) })),
      ),
    );
    const main = await begin(connection, sampler);
    const probe = await startProbe(connection);
    const start = performance.now();
    await wait(seconds, signal ? [connection.lost, signal] : [connection.lost]);
    connection.lost.throwIfAborted();
    const durationUs = (performance.now() - start) * 1000;
    const beside = await probe.stop();
    const recording = await main.end();
    const ended = await Promise.all(
      begun.map(
        (worker) => worker && atOnce(async () => ({ name: worker.name, ...(await worker.thread.end()) })),
      ),
    );
    return {
      root,
      durationUs,
      beside,
      ...recording,
      workers: ended.filter((worker) => worker !== undefined),
    };
  } finally {
    await workers.detach();
  }
}

interface Threads<Raw> extends ThreadRecording<Raw> {
  readonly workers: readonly (ThreadRecording<Raw> & { readonly name: string })[];
}

async function begin<Raw>(connection: InspectorConnection, sampler: Sampler<Raw>) {
  await sampler.begin(connection);
  const before = await threadTime(connection);
  return {
    end: async (): Promise<ThreadRecording<Raw>> => {
      const time = between(before, await threadTime(connection));
      return { raw: await sampler.end(connection), ...(time && { time }) };
    },
  };
}

function between(before: ThreadTime | undefined, after: ThreadTime | undefined): ThreadTime | undefined {
  return before && after && { cpuUs: after.cpuUs - before.cpuUs, readyUs: after.readyUs - before.readyUs };
}

const workerPatienceMs = 5_000;

/** A worker thread may end, or wait for something and never answer; then the process is sampled without it. */
async function atOnce<Result>(run: () => Promise<Result>): Promise<Result | undefined> {
  const late = sleep(workerPatienceMs, undefined, { ref: false });
  return Promise.race([run().catch(() => undefined), late]);
}

async function wait(seconds: number, signals: readonly AbortSignal[]): Promise<void> {
  // An aborted wait is an ended one.
  await sleep(seconds * 1000, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => {});
}
