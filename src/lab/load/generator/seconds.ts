/** Cuts a thread's records into the seconds of the run, and hands them to the main thread. */
import type { SecondOver } from './messages.js';
import type { Phases } from './phases.js';
import type { RecordSet, SharedRecords } from './recorder.js';
import type { SlowLog } from './slow-log.js';

const secondUs = 1e6;

export class Seconds {
  readonly #records: SharedRecords;
  readonly #countFromUs: number;
  /** The second of the run from which on latencies count. */
  readonly #latencyFrom: number;
  readonly #post: (message: SecondOver) => void;
  readonly #slow: SlowLog | undefined;
  #set: 0 | 1 = 0;
  #warm: boolean;
  #from = 0;
  /** When the current set must be handed over, or cleared at the end of the warm-up. */
  #boundaryUs: number;

  constructor(
    records: SharedRecords,
    phases: Phases,
    post: (message: SecondOver) => void,
    slow?: SlowLog,
  ) {
    const { beginUs, countFromUs, latencyFromUs } = phases;
    this.#records = records;
    this.#latencyFrom = (latencyFromUs - countFromUs) / secondUs;
    this.#countFromUs = countFromUs;
    this.#post = post;
    this.#slow = slow;
    this.#warm = countFromUs <= beginUs;
    this.#boundaryUs = this.#warm ? countFromUs + secondUs : countFromUs;
  }

  get boundaryUs(): number {
    return this.#boundaryUs;
  }

  get current(): RecordSet {
    return this.#records.sets[this.#set];
  }

  /** Whether what is recorded now counts. */
  get warm(): boolean {
    return this.#warm;
  }

  /** Call it once the boundary is reached, before anything else is recorded. */
  pass(nowUs: number): void {
    const second = Math.floor((nowUs - this.#countFromUs) / secondUs);
    this.#boundaryUs = this.#countFromUs + (second + 1) * secondUs;
    this.#slow?.follow(this.current.latency);
    if (!this.#warm) {
      this.current.reset();
      this.#slow?.take();
      this.#warm = true;
      return;
    }
    const other = this.#set === 0 ? 1 : 0;
    if (this.#records.isTaken(other)) {
      // The main thread is late, so this set goes on, but only with latencies that count.
      if (this.#from < this.#latencyFrom && second >= this.#latencyFrom) {
        this.current.resetLatencies();
        this.#from = second;
      }
      return;
    }
    this.#records.hand(this.#set);
    this.#post(this.#over(second - 1));
    this.#set = other;
    this.#from = second;
  }

  /** The rest of the last second; nothing if the run ended within the warm-up. */
  last(endUs: number): SecondOver {
    if (!this.#warm) {
      this.current.reset();
      this.#slow?.take();
    }
    const to = Math.max(this.#from, Math.ceil((endUs - this.#countFromUs) / secondUs) - 1);
    return this.#over(to);
  }

  #over(to: number): SecondOver {
    const slow = this.#slow && { slow: this.#slow.take() };
    return { kind: 'second', set: this.#set, from: this.#from, to, ...slow };
  }
}
