/** Slow requests, one by one, within a bound: the slowest are kept, the others counted. */
import { loadLimits } from '../load-options.js';
import type { SlowRequest } from '../result/result.js';

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

/** A thread's slow requests of the current second. */
export class SlowLog {
  /** Latencies from this on are slow. */
  readonly fromUs: number;
  readonly #startUs: number;
  readonly #slowest = new Slowest<SlowOfThread>(loadLimits.slowInSecond);

  /** @param startUs of the run, without its warm-up: due times count from it */
  constructor(fromUs: number, startUs: number) {
    this.fromUs = fromUs;
    this.#startUs = startUs;
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

  take(): Taken<SlowOfThread> {
    return this.#slowest.take();
  }
}
