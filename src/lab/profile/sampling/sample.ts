/**
 * Takes a sampling of a process over one window: its main thread, its worker threads, and what the
 * probe measures. The samplers are begun first and ended last, because both stop the thread for a
 * moment that must not be in the figures.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { InspectorConnection } from './inspector-connection.js';
import { programRoot, startProbe, threadCpuUs } from './probe.js';
import type { Recording, RecordingOf, ThreadRecording } from './recording.js';
import { allocationSampler, cpuSampler, type Sampler } from './samplers.js';
import { attachWorkers } from './workers.js';

export interface SampleOptions {
  readonly seconds: number;
  /** Ends the window early; what was sampled by then is the result. */
  readonly signal?: AbortSignal;
  /** How many requests the process has served so far; undefined: nobody counts. */
  readonly requests?: () => number;
}

export async function sampleKind(
  kind: Recording['kind'],
  connection: InspectorConnection,
  options: SampleOptions,
): Promise<Recording> {
  return kind === 'cpu'
    ? { kind, ...(await sample(connection, cpuSampler, options)) }
    : { kind, ...(await sample(connection, allocationSampler, options)) };
}

async function sample<Raw>(
  connection: InspectorConnection,
  sampler: Sampler<Raw>,
  { seconds, signal, requests }: SampleOptions,
): Promise<Omit<RecordingOf<unknown, Raw>, 'kind'>> {
  const signals = signal ? [connection.lost, signal] : [connection.lost];
  const root = await programRoot(connection);
  const workers = await attachWorkers(connection);
  try {
    const begun = await eachWorker(workers.threads, (thread) => begin(thread.connection, sampler));
    const mainBegun = await begin(connection, sampler);
    await wait(sampler.settleSeconds, signals);
    const open = await eachWorker(begun, (thread) => thread.open());
    const mainOpen = await mainBegun.open();
    const probe = await startProbe(connection);
    const requestsBefore = requests?.();
    const start = performance.now();
    await wait(seconds, signals);
    connection.lost.throwIfAborted();
    const counted =
      requests && requestsBefore !== undefined ? { requests: requests() - requestsBefore } : {};
    const metrics = await probe.stop();
    const durationUs = (performance.now() - start) * 1000;
    const main = await mainOpen.end();
    const ended = await eachWorker(open, (thread) => thread.end());
    return { root, durationUs, metrics, ...counted, ...main, workers: ended };
  } finally {
    await workers.detach();
  }
}

/** The sampling of one thread. Its result begins where it is opened, after it has settled. */
async function begin<Raw>(connection: InspectorConnection, sampler: Sampler<Raw>) {
  await sampler.begin(connection);
  const begun = performance.now();
  const open = async () => {
    const before = await threadCpuUs(connection);
    const settledUs = (performance.now() - begun) * 1000;
    const end = async (): Promise<ThreadRecording<Raw>> => {
      const after = await threadCpuUs(connection);
      const known = before !== undefined && after !== undefined;
      const raw = await sampler.end(connection, settledUs);
      return { raw, ...(known && { cpuUs: after - before }) };
    };
    return { end };
  };
  return { open };
}

const workerPatienceMs = 5_000;

/** A worker thread may end or never respond; then the process is sampled without it. */
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
