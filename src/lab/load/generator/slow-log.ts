/**
 * Slow requests, one by one, within a bound: the slowest are kept, the others counted. With them,
 * when their thread stood still: a response that came then was seen at its end.
 */
import { Histogram } from '../histogram/histogram.js';
import { loadLimits } from '../load-options.js';
import type { SlowRequest, Standstill } from '../result/result.js';

export interface Taken<Request> {
  /** In no order. */
  readonly requests: readonly Request[];
  /** Others, none of them slower than these. */
  readonly unlisted: number;
}

/** Sorts when there are twice as many as are kept; most of the others are then turned away. */
export class Slowest<Request extends { readonly latencyUs: number }> {
  readonly #max: number;
  #requests: Request[] = [];
  #unlisted = 0;
  /** A faster request cannot be among the slowest. */
  #minUs = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(request: Request): void {
    if (request.latencyUs < this.#minUs) {
      this.#unlisted++;
      return;
    }
    this.#requests.push(request);
    if (this.#requests.length === 2 * this.#max) this.#drop();
  }

  /** Counts some that another has not kept. */
  addUnlisted(count: number): void {
    this.#unlisted += count;
  }

  /** Returns what there is, and empties the list. */
  take(): Taken<Request> {
    if (this.#requests.length > this.#max) this.#drop();
    const taken = { requests: this.#requests, unlisted: this.#unlisted };
    this.#requests = [];
    this.#unlisted = 0;
    this.#minUs = 0;
    return taken;
  }

  #drop(): void {
    this.#requests.sort((a, b) => b.latencyUs - a.latencyUs);
    this.#unlisted += this.#requests.length - this.#max;
    this.#requests.length = this.#max;
    this.#minUs = this.#requests.at(-1)?.latencyUs ?? 0;
  }
}

export type SlowOfThread = Omit<SlowRequest, 'thread' | 'dueAtMs'>;

export interface TakenSlow extends Taken<SlowOfThread> {
  readonly standstills: readonly Standstill[];
}

/** In a second, per thread. Each takes 1 ms at least. */
const maxStandstills = 1000;
/** This share of a thread's requests is looked at for the tail. That of the whole run is within. */
const tailFrom = 95;

/** A thread's slow requests of the current second. */
export class SlowLog {
  readonly #startUs: number;
  readonly #slowest = new Slowest<SlowOfThread>(loadLimits.slowInSecond);
  /** All of the thread so far; undefined: what is slow was given. */
  readonly #all: Histogram | undefined;
  #fromUs: number;
  #standstills: Standstill[] = [];

  /**
   * @param fromUs what is slow; `tail`: whatever is among the slowest 5 % of its second, or of the
   *   run so far
   * @param startUs of the run, without its warm-up: due times count from it
   */
  constructor(fromUs: number | 'tail', startUs: number) {
    this.#all = fromUs === 'tail' ? new Histogram() : undefined;
    this.#fromUs = fromUs === 'tail' ? 0 : fromUs;
    this.#startUs = startUs;
  }

  /** Latencies from this on are slow. */
  get fromUs(): number {
    return this.#fromUs;
  }

  /** A second is over. @param latency of its requests */
  follow(latency: Histogram): void {
    if (this.#all === undefined || latency.count === 0) return;
    this.#all.add(latency);
    this.#fromUs = Math.min(
      latency.valueAtPercentile(tailFrom),
      this.#all.valueAtPercentile(tailFrom),
    );
  }

  stoodStill(fromUs: number, toUs: number): void {
    if (this.#standstills.length === maxStandstills) return;
    this.#standstills.push({ fromUs: fromUs - this.#startUs, toUs: toUs - this.#startUs });
  }

  add(
    connection: number,
    dueUs: number,
    idealSentUs: number,
    sentUs: number,
    receivedUs: number,
  ): void {
    this.#slowest.add({
      connection,
      dueUs: dueUs - this.#startUs,
      latencyUs: receivedUs - dueUs,
      waitUs: idealSentUs - dueUs,
      lagUs: sentUs - idealSentUs,
      serviceUs: receivedUs - sentUs,
    });
  }

  take(): TakenSlow {
    const standstills = this.#standstills;
    this.#standstills = [];
    return { ...this.#slowest.take(), standstills };
  }
}
