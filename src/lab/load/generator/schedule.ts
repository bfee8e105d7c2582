/**
 * When each send is due. Due times are absolute: nothing that happens in the run moves them. Evenly
 * spread, there is one send every 1/rate seconds, threads and connections taking turns, so no two
 * share a phase.
 *
 * A thread numbers its sends from 0: the send's *sequence*. Its connection c of n makes the sends
 * c, c + n, c + 2n, …. A send is a batch of requests if they are pipelined.
 */
import type { LoadOptions, RateOptions } from '../load-options.js';
import { type Arrivals, evenArrivals, poissonArrivals } from './arrivals.js';
import { RateCurve } from './rate-curve.js';

export interface ScheduleOptions {
  /** Due time of the very first send if they are even, in µs of the run's clock. */
  readonly beginUs: number;
  readonly load: RateOptions & Pick<LoadOptions, 'threads' | 'arrivals'>;
  /** 0 … threads − 1. */
  readonly thread: number;
  /** Connections of one thread. */
  readonly connections: number;
  readonly requestsPerSend: number;
}

export class Schedule {
  readonly #curve: RateCurve;
  readonly #arrivals: Arrivals;
  readonly connections: number;

  constructor({ beginUs, load, thread, connections, requestsPerSend }: ScheduleOptions) {
    const share = { threads: load.threads, thread, requestsPerSend };
    this.#curve = new RateCurve(beginUs, load);
    this.#arrivals =
      load.arrivals?.kind === 'poisson'
        ? poissonArrivals(share, load.arrivals.seed, connections)
        : evenArrivals(share);
    this.connections = connections;
  }

  dueUs(sequence: number): number {
    return this.#curve.dueUs(this.#arrivals.before(sequence));
  }

  /** Number of sends that are due before a time. */
  sendsBefore(us: number): number {
    let sends = this.#arrivals.sends(this.#curve.count(us));
    // It may be off by a rounding error; the due times decide.
    while (this.dueUs(sends) < us) sends++;
    while (sends > 0 && this.dueUs(sends - 1) >= us) sends--;
    return sends;
  }
}
