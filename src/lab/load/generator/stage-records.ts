/**
 * Where a thread records each stage of its run. A latency belongs to the stage in which its request
 * was due, whenever the response came; a failure, and a response that was in time, to the stage in
 * which it happened.
 */
import { Histogram, histogramLength } from '../histogram/histogram.js';
import type { Stage } from '../load-options.js';
import { failureKinds } from './recorder.js';

const counterNames = ['answered', 'inFlight', 'unsent', ...failureKinds] as const;
type CounterName = (typeof counterNames)[number];

export class StageRecord {
  /** All of it, to be sent to another thread. */
  readonly memory: Float64Array<ArrayBufferLike>;
  readonly latency: Histogram;
  readonly latencyWithoutLag: Histogram;
  readonly #counters: Float64Array<ArrayBufferLike>;

  constructor(
    memory: Float64Array<ArrayBufferLike> = new Float64Array(
      2 * histogramLength + counterNames.length,
    ),
  ) {
    this.memory = memory;
    this.latency = new Histogram(memory.subarray(0, histogramLength));
    this.latencyWithoutLag = new Histogram(memory.subarray(histogramLength, 2 * histogramLength));
    this.#counters = memory.subarray(2 * histogramLength);
  }

  count(name: CounterName, times = 1): void {
    const index = counterNames.indexOf(name);
    this.#counters[index] = (this.#counters[index] as number) + times;
  }

  counted(name: CounterName): number {
    return this.#counters[counterNames.indexOf(name)] as number;
  }

  add(other: StageRecord): void {
    this.latency.add(other.latency);
    this.latencyWithoutLag.add(other.latencyWithoutLag);
    for (const name of counterNames) this.count(name, other.counted(name));
  }
}

export class StageRecords {
  readonly all: readonly StageRecord[];
  /** When each stage begins, and the last one ends. */
  readonly #timesUs: readonly number[];

  /** @param beginUs of the first stage */
  constructor(stages: readonly Stage[], beginUs: number) {
    let us = beginUs;
    this.all = stages.map(() => new StageRecord());
    this.#timesUs = [beginUs, ...stages.map(({ durationMs }) => (us += durationMs * 1000))];
  }

  /** The stage at a time; undefined before the first and after the last. */
  at(us: number): StageRecord | undefined {
    if (us < (this.#timesUs[0] as number)) return undefined;
    return this.all[this.#timesUs.findIndex((time) => us < time) - 1];
  }

  /** Each stage with when it begins and ends. */
  get spans(): readonly (readonly [stage: StageRecord, beginUs: number, endUs: number])[] {
    const at = (index: number) => this.#timesUs[index] as number;
    return this.all.map((stage, index) => [stage, at(index), at(index + 1)]);
  }
}
