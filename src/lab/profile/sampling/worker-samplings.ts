/**
 * The samplings of all worker threads of a process, also of those that start while it is sampled.
 * A thread may end, or be held by native code and not respond. The result is then without it, and
 * says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ThreadRecording } from './recording.js';
import type { Sampler } from './samplers.js';
import { type BegunSampling, beginSampling, type OpenSampling } from './thread-sampling.js';
import type { WorkerThread } from './workers.js';

interface Sampled<Raw> extends WorkerThread {
  readonly begun: Promise<BegunSampling<Raw> | undefined>;
  opened?: Promise<OpenSampling<Raw> | undefined>;
}

export interface WorkerResults<Raw> {
  readonly recordings: readonly (ThreadRecording<Raw> & { readonly name: string })[];
  /** The names of those that ended before, and of those that did not respond. */
  readonly ended: readonly string[];
  readonly silent: readonly string[];
}

export class WorkerSamplings<Raw> {
  readonly #sampler: Sampler<Raw>;
  readonly #patienceMs: number;
  readonly #threads: Sampled<Raw>[] = [];
  #isOpen = false;

  /** @param patienceMs how long a step waits for threads that do not respond */
  constructor(sampler: Sampler<Raw>, patienceMs = 5_000) {
    this.#sampler = sampler;
    this.#patienceMs = patienceMs;
  }

  add(thread: WorkerThread): void {
    const begun = orNothing(beginSampling(thread.connection, this.#sampler));
    const sampled: Sampled<Raw> = { ...thread, begun };
    this.#threads.push(sampled);
    if (this.#isOpen) void open(sampled, true);
  }

  async begun(): Promise<void> {
    await this.#each(({ begun }) => begun);
  }

  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#each((thread) => open(thread));
  }

  async half(): Promise<void> {
    await this.#each(({ opened }) => orNothing(opened?.then((one) => one?.half())));
  }

  async end(): Promise<WorkerResults<Raw>> {
    // One that starts from now on has no part in the window.
    const threads = this.#threads.slice();
    const results = await this.#each(({ name, opened }) =>
      orNothing(opened?.then((one) => one?.end()).then((result) => result && { ...result, name })),
    );
    const missing = threads.filter((_, index) => results[index] === undefined);
    const names = (isLost: boolean) =>
      missing
        .filter(({ connection }) => connection.lost.aborted === isLost)
        .map(({ name }) => name);
    return {
      recordings: results.filter((result) => result !== undefined),
      ended: names(true),
      silent: names(false),
    };
  }

  /** The results of all; undefined for those that are late. */
  #each<Result>(
    step: (thread: Sampled<Raw>) => Promise<Result | undefined>,
  ): Promise<(Result | undefined)[]> {
    const late = sleep(this.#patienceMs, undefined, { ref: false });
    return Promise.all(this.#threads.map((thread) => Promise.race([step(thread), late])));
  }
}

function open<Raw>(thread: Sampled<Raw>, isNew = false): Promise<OpenSampling<Raw> | undefined> {
  thread.opened = orNothing(thread.begun.then((begun) => begun?.open({ isNew })));
  return thread.opened;
}

/** A thread that is gone gives nothing. */
async function orNothing<Result>(result: Promise<Result> | undefined) {
  try {
    return await result;
  } catch {
    return undefined;
  }
}
