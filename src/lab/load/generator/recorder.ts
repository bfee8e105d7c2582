/**
 * Where a thread records what it measured. Histograms and counters lie in shared memory, twice:
 * while the thread records into one set, the main thread reads and clears the other. So handing
 * over a second of the run costs one message and no copy. A third set takes what was unanswered at
 * the end.
 */
import { Histogram, histogramLength } from '../histogram/histogram.js';
import { type Latencies, latencyParts } from '../result/result.js';

export const failureKinds = ['connect', 'read', 'write', 'timeout', 'status'] as const;
/** The counters of a set, in the order in which they lie in it. */
export const counterNames = ['sent', 'completed', 'bytesRead', ...failureKinds] as const;
export type CounterName = (typeof counterNames)[number];

const setLength = latencyParts.length * histogramLength + counterNames.length;

export class RecordSet implements Latencies {
  readonly latency: Histogram;
  readonly wait: Histogram;
  readonly lag: Histogram;
  readonly service: Histogram;
  readonly latencyWithoutLag: Histogram;
  readonly #counters: Float64Array;

  constructor(memory: ArrayBufferLike = new ArrayBuffer(setLength * 8), set = 0) {
    let at = set * setLength * 8;
    const next = (length: number) => {
      const array = new Float64Array(memory, at, length);
      at += array.byteLength;
      return array;
    };
    this.latency = new Histogram(next(histogramLength));
    this.wait = new Histogram(next(histogramLength));
    this.lag = new Histogram(next(histogramLength));
    this.service = new Histogram(next(histogramLength));
    this.latencyWithoutLag = new Histogram(next(histogramLength));
    this.#counters = next(counterNames.length);
  }

  count(name: CounterName, times = 1): void {
    const index = counterNames.indexOf(name);
    this.#counters[index] = (this.#counters[index] as number) + times;
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

export class SharedRecords {
  readonly memory: SharedArrayBuffer;
  readonly sets: readonly [RecordSet, RecordSet];
  readonly unanswered: RecordSet;
  readonly #taken: Int32Array;

  constructor(memory = new SharedArrayBuffer(3 * setLength * 8 + 8)) {
    this.memory = memory;
    this.sets = [new RecordSet(memory, 0), new RecordSet(memory, 1)];
    this.unanswered = new RecordSet(memory, 2);
    this.#taken = new Int32Array(memory, 3 * setLength * 8, 2);
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
