/**
 * Where a thread writes down what it measured. Histograms and counters lie in shared memory, twice: while the thread records
 * into one set, the main thread reads the other and clears it, so handing over a second of the run costs the
 * generator one message and no copy. A third set takes what was unanswered at the end.
 */

import { Histogram, histogramSlots } from '../histogram/histogram.js';
import { type Latencies, latencyParts } from '../result/result.js';

export const failureKinds = ['connect', 'read', 'write', 'timeout', 'status'] as const;
/** Places of the counters in a set. */
export const counterNames = ['sent', 'completed', 'bytesRead', ...failureKinds] as const;
export type CounterName = (typeof counterNames)[number];

const setSlots = 5 * histogramSlots + counterNames.length;

/** What a thread recorded over some time. */
export class RecordSet implements Latencies {
  readonly latency: Histogram;
  readonly wait: Histogram;
  readonly lag: Histogram;
  readonly service: Histogram;
  readonly latencyWithoutLag: Histogram;
  readonly #counters: Float64Array;

  constructor(memory: ArrayBufferLike = new ArrayBuffer(setSlots * 8), set = 0) {
    const histogram = (n: number) =>
      new Histogram(
        new Float64Array(memory, (set * setSlots + n * histogramSlots) * 8, histogramSlots),
      );
    this.latency = histogram(0);
    this.wait = histogram(1);
    this.lag = histogram(2);
    this.service = histogram(3);
    this.latencyWithoutLag = histogram(4);
    this.#counters = new Float64Array(
      memory,
      (set * setSlots + 5 * histogramSlots) * 8,
      counterNames.length,
    );
  }

  count(name: CounterName, times = 1): void {
    const place = counterNames.indexOf(name);
    this.#counters[place] = (this.#counters[place] as number) + times;
  }

  counted(name: CounterName): number {
    return this.#counters[counterNames.indexOf(name)] as number;
  }

  addLatencies(other: RecordSet): void {
    for (const part of latencyParts) this[part].add(other[part]);
  }

  resetLatencies(): void {
    for (const part of latencyParts) this[part].reset();
  }

  reset(): void {
    this.resetLatencies();
    this.#counters.fill(0);
  }
}

/** The memory that a thread and the main thread share: three sets, and for the first two whether the reader has them. */
export class SharedRecords {
  readonly memory: SharedArrayBuffer;
  readonly sets: readonly [RecordSet, RecordSet];
  readonly unanswered: RecordSet;
  readonly #taken: Int32Array;

  constructor(memory = new SharedArrayBuffer(3 * setSlots * 8 + 8)) {
    this.memory = memory;
    this.sets = [new RecordSet(memory, 0), new RecordSet(memory, 1)];
    this.unanswered = new RecordSet(memory, 2);
    this.#taken = new Int32Array(memory, 3 * setSlots * 8, 2);
  }

  /** The writer hands a set over. */
  hand(set: 0 | 1): void {
    Atomics.store(this.#taken, set, 1);
  }

  /** The reader has read a set, and clears it. */
  giveBack(set: 0 | 1): void {
    this.sets[set].reset();
    Atomics.store(this.#taken, set, 0);
  }

  isTaken(set: 0 | 1): boolean {
    return Atomics.load(this.#taken, set) === 1;
  }
}
