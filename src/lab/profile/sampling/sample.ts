/**
 * Takes a sampling of a process over one window: its main thread, its worker threads, and what the
 * probe measures. The samplers are begun first and ended last, because both stop the thread for a
 * moment that must not be in the figures.
 *
 * V8 samples a thread without its event loop. So nothing here waits for a turn of it, except the
 * probe, and that only for a while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { growthSampler } from './growth-sampler.js';
import type { InspectorConnection } from './inspector-connection.js';
import { missingNotes } from './missing.js';
import { cpuOfThreads, programFacts, startProbe } from './probe.js';
import type { Recording, RecordingOf } from './recording.js';
import { allocationSampler, cpuSampler, type Sampler } from './samplers.js';
import { beginSampling } from './thread-sampling.js';
import { WorkerSamplings } from './worker-samplings.js';
import { attachWorkers } from './workers.js';

export interface SampleOptions {
  readonly seconds: number;
  /** Ends the window early; what was sampled by then is the result. */
  readonly signal?: AbortSignal;
  /** How many requests the process has served so far; undefined: nobody counts. */
  readonly requests?: () => number;
}

/** @throws ProfileError `gone` if the process is killed */
export async function sampleKind(
  kind: Recording['kind'],
  connection: InspectorConnection,
  options: SampleOptions,
): Promise<Recording> {
  if (kind === 'cpu') return { kind, ...(await sample(connection, cpuSampler, options)) };
  const sampler = kind === 'alloc' ? allocationSampler : growthSampler;
  return { kind, ...(await sample(connection, sampler, options)) };
}

/** How long the event loop may take to tell what was measured. */
const patienceMs = 3_000;

async function sample<Raw>(
  connection: InspectorConnection,
  sampler: Sampler<Raw>,
  { seconds, signal, requests }: SampleOptions,
): Promise<Omit<RecordingOf<unknown, Raw>, 'kind'>> {
  const exit = exitOf(connection);
  const ends = [connection.lost, exit.signal, ...(signal ? [signal] : [])];
  const facts = await programFacts(connection);
  const workers = new WorkerSamplings(sampler);
  const detach = await attachWorkers(connection, (thread) => workers.add(thread));
  try {
    await workers.begun();
    const begun = await beginSampling(connection, sampler);
    await wait(sampler.settleSeconds, ends);
    await workers.open();
    const main = await begun.open({ isExiting: exit.signal.aborted });
    const probe = exit.signal.aborted ? undefined : await startProbe(connection);
    const cpuBefore = probe && (await within(patienceMs, cpuOfThreads(connection)));
    const counted = [requests?.()];
    const start = performance.now();
    await wait(seconds / 2, ends);
    const halfUs = elapsedUs(start);
    if (sampler.halves) {
      counted.push(requests?.());
      await Promise.all([main.half(), workers.half()]);
    }
    await wait(seconds / 2, ends);
    connection.lost.throwIfAborted();
    counted.push(requests?.());
    const asked = elapsedUs(start);
    const metrics =
      exit.signal.aborted || !probe ? undefined : await within(patienceMs, probe.stop());
    // The samplers went on while it did not respond.
    const windowUs = metrics ? asked : elapsedUs(start);
    const cpuAfter = exit.signal.aborted
      ? undefined
      : await within(patienceMs, cpuOfThreads(connection));
    const ended = await main.end(exit.signal.aborted);
    const { recordings, ...missing } = await workers.end();
    const sampledUs = [ended, ...recordings].reduce((sum, { cpuUs = 0 }) => sum + cpuUs, 0);
    const notes = missingNotes({
      ...missing,
      endedUs: cpuAfter && cpuBefore && cpuAfter.endedUs - cpuBefore.endedUs,
      otherUs: cpuAfter && cpuBefore && cpuAfter.allUs - cpuBefore.allUs - sampledUs,
      exitedUs: exit.signal.aborted ? windowUs : undefined,
      isLoopStuck: metrics === undefined && !exit.signal.aborted,
    });
    const [first, next] = counted;
    return {
      ...facts,
      durationUs: sampler.halves ? halfUs : windowUs,
      ...(metrics && { metrics }),
      ...(first !== undefined && next !== undefined && { requests: next - first }),
      ...(notes.length > 0 && { notes }),
      ...ended,
      workers: recordings,
    };
  } finally {
    exit.stopListening();
    await detach();
  }
}

/**
 * Aborts when the program is about to exit, and waits for us to let it go: see attach.ts. From then
 * on nothing may be run in it (Node 20 crashed), but its samplers respond.
 */
function exitOf(connection: InspectorConnection) {
  const exit = new AbortController();
  const stopListening = connection.on('NodeRuntime.waitingForDisconnect', () => exit.abort());
  return { signal: exit.signal, stopListening };
}

function elapsedUs(start: number): number {
  return (performance.now() - start) * 1000;
}

/** Undefined if it fails or is late: then there is nothing to tell. */
export function within<Result>(ms: number, result: Promise<Result>): Promise<Result | undefined> {
  return Promise.race([result.catch(() => undefined), sleep(ms, undefined, { ref: false })]);
}

async function wait(seconds: number, signals: readonly AbortSignal[]): Promise<void> {
  // An aborted wait is an ended one.
  await sleep(seconds * 1000, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => {});
}
