/** Adds up what all threads recorded: the totals of the run, and its time line. */
import { FailureCauses } from '../generator/failure-causes.js';
import type { Finished, SecondOver } from '../generator/messages.js';
import {
  counterNames,
  failureKinds,
  RecordSet,
  type SharedRecords,
} from '../generator/recorder.js';
import { Slowest, type SlowOfThread } from '../generator/slow-log.js';
import { Histogram } from '../histogram/histogram.js';
import { loadLimits } from '../load-options.js';
import { boundedLatency } from './bounds.js';
import type { Latencies, Second, Standstill } from './result.js';

/** A second that not all threads have reported. */
interface OpenSecond {
  readonly latency: Histogram;
  readonly latencyWithoutLag: Histogram;
  completed: number;
  errors: number;
}

export class Aggregator {
  readonly #records: readonly SharedRecords[];
  /** The first second of the run whose latencies count. */
  readonly #latencyFrom: number;
  readonly #totals = new RecordSet();
  /** Latencies before those that count: all there are, if the run ends so early. */
  readonly #early = new RecordSet();
  #counting = false;
  readonly #open = new Map<number, OpenSecond>();
  /** Seconds that each thread has reported. */
  readonly #reported: number[];
  readonly timeline: Second[] = [];
  /** The first that the time line lacks. */
  #nextSecond = 0;
  readonly causes = new FailureCauses();
  readonly requestRates = new Histogram();
  readonly slow = new Slowest<SlowOfThread & { thread: number }>(loadLimits.slowRequests);
  readonly standstills: (Standstill & { readonly thread: number })[] = [];
  readonly unanswered = { inFlight: 0, unsent: 0 };

  constructor(records: readonly SharedRecords[], latencyFrom: number) {
    this.#records = records;
    this.#latencyFrom = latencyFrom;
    this.#reported = records.map(() => 0);
  }

  get latencies(): Latencies {
    return this.#counting ? this.#totals : this.#early;
  }

  /** The second of the run from which on the latencies are. */
  get latencyFrom(): number {
    return this.#counting ? this.#latencyFrom : 0;
  }

  get failures(): number {
    return failureKinds.reduce((sum, kind) => sum + this.counted(kind), 0);
  }

  counted(name: (typeof counterNames)[number]): number {
    return this.#totals.counted(name);
  }

  /** A thread has handed a set of records over. */
  second(thread: number, { set, from, to, slow }: SecondOver): void {
    const records = this.#records[thread] as SharedRecords;
    const recorded = records.sets[set];
    this.#latenciesFrom(from).addLatencies(recorded);
    for (const name of counterNames) this.#totals.count(name, recorded.counted(name));
    const second = this.#openSecond(to);
    second.latency.add(recorded.latency);
    second.latencyWithoutLag.add(recorded.latencyWithoutLag);
    second.completed += recorded.counted('completed');
    second.errors += failureKinds.reduce((sum, kind) => sum + recorded.counted(kind), 0);
    records.giveBack(set);
    for (const request of slow?.requests ?? []) this.slow.add({ ...request, thread });
    this.slow.addUnlisted(slow?.unlisted ?? 0);
    for (const standstill of slow?.standstills ?? [])
      if (this.standstills.length < loadLimits.standstills)
        this.standstills.push({ ...standstill, thread });
    this.#reported[thread] = to + 1;
    this.#closeSeconds(Math.min(...this.#reported));
  }

  finished(thread: number, { last, unanswered, causes, rates }: Finished): void {
    this.second(thread, last);
    this.#reported[thread] = Number.POSITIVE_INFINITY;
    this.#closeSeconds(Math.min(...this.#reported));
    this.#latenciesFrom(last.from).addLatencies(
      (this.#records[thread] as SharedRecords).unanswered,
    );
    this.unanswered.inFlight += unanswered.inFlight;
    this.unanswered.unsent += unanswered.unsent;
    for (const [cause, times] of causes) this.causes.add(cause, times);
    this.requestRates.add(new Histogram(rates));
  }

  /** Where latencies from this second on belong. */
  #latenciesFrom(second: number): RecordSet {
    if (second < this.#latencyFrom) return this.#early;
    this.#counting = true;
    return this.#totals;
  }

  #openSecond(number: number): OpenSecond {
    const open = this.#open.get(number) ?? {
      latency: new Histogram(),
      latencyWithoutLag: new Histogram(),
      completed: 0,
      errors: 0,
    };
    this.#open.set(number, open);
    return open;
  }

  #closeSeconds(before: number): void {
    for (const number of [...this.#open.keys()].sort((a, b) => a - b)) {
      if (number >= before) break;
      const open = this.#open.get(number) as OpenSecond;
      const { latency, completed, errors } = open;
      this.#open.delete(number);
      const p50Us = latency.valueAtPercentile(50);
      const { valueUs: p99Us, lowerUs: p99LowerUs } = boundedLatency(open, 99);
      const maxUs = latency.max;
      const second = this.#nextSecond;
      const seconds = number + 1 - second;
      this.#nextSecond = number + 1;
      const counted = { second, seconds, completed, errors };
      this.timeline.push({ ...counted, p50Us, p99Us, p99LowerUs, maxUs });
    }
  }
}
