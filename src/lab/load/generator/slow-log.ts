/** A thread's slow requests, until its second is over. */
import { loadLimits } from '../load-options.js';
import type { SlowOfThread } from './messages.js';
import { Slowest, type Taken } from './slowest.js';

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
    answeredUs: number,
  ): void {
    this.#slowest.add({
      connection,
      dueUs: dueUs - this.#startUs,
      latencyUs: answeredUs - dueUs,
      waitUs: idealSentUs - dueUs,
      lagUs: sentUs - idealSentUs,
      serviceUs: answeredUs - sentUs,
    });
  }

  take(): Taken<SlowOfThread> {
    return this.#slowest.take();
  }
}
