/**
 * When each send is due. The sends of all connections of all threads are spread evenly: one every
 * 1/rate seconds, threads and connections taking turns, so no two share a phase. Due times are
 * absolute: nothing that happens in the run moves them.
 *
 * A thread numbers its sends from 0: the send's *sequence*. Its connection c of n makes the sends
 * c, c + n, c + 2n, …. A send is a batch of requests if they are pipelined.
 */
export interface ScheduleOptions {
  /** Due time of the very first send, in µs of the run's clock. */
  readonly beginUs: number;
  /** Sends per second over all threads. */
  readonly rate: number;
  readonly threads: number;
  /** 0 … threads − 1. */
  readonly thread: number;
  /** Connections of one thread. */
  readonly connections: number;
}

export class Schedule {
  readonly #firstUs: number;
  /** Rate and step as a fraction, so that whole seconds come out whole. */
  readonly #rate: number;
  readonly #threadsUs: number;
  readonly connections: number;

  constructor({ beginUs, rate, threads, thread, connections }: ScheduleOptions) {
    this.#firstUs = beginUs + (thread * 1e6) / rate;
    this.#rate = rate;
    this.#threadsUs = threads * 1e6;
    this.connections = connections;
  }

  dueUs(sequence: number): number {
    return this.#firstUs + (sequence * this.#threadsUs) / this.#rate;
  }

  /** From one send of a connection to its next. */
  get periodUs(): number {
    return (this.#threadsUs * this.connections) / this.#rate;
  }

  /** Number of sends that are due before a time. */
  sendsBefore(us: number): number {
    let sends = Math.max(0, Math.ceil(((us - this.#firstUs) * this.#rate) / this.#threadsUs));
    // The quotient may be off by a rounding error; the due times decide.
    while (this.dueUs(sends) < us) sends++;
    while (sends > 0 && this.dueUs(sends - 1) >= us) sends--;
    return sends;
  }
}
