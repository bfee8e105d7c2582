/**
 * Versions of writes: microseconds since 1970, strictly rising in this process. They are the
 * timestamps by which Cassandra decides which of two writes is newer.
 *
 * The clock is monotonic, so that a step of the system's clock makes no version fall. It is set
 * anew once the two differ by more than a little. A version that is read raises it: a write that
 * follows a read is newer than what was read, whatever the clock of the gateway that wrote that.
 */
const maxDriftMs = 2;

export interface Clocks {
  /** Milliseconds since 1970, by the system's clock. */
  readonly systemMs: () => number;
  /** Milliseconds since about 1970, with a fraction; never falls. */
  readonly monotonicMs: () => number;
}

const machine: Clocks = {
  systemMs: Date.now,
  monotonicMs: () => performance.timeOrigin + performance.now(),
};

export class VersionClock {
  readonly #clocks: Clocks;
  /** From the monotonic clock to the system's. */
  #offsetMs = 0;
  #last = 0;

  constructor(clocks: Clocks = machine) {
    this.#clocks = clocks;
  }

  next(): number {
    const { systemMs, monotonicMs } = this.#clocks;
    const system = systemMs();
    let now = this.#offsetMs + monotonicMs();
    // The system's clock shows whole milliseconds.
    if (Math.abs(now - system) > maxDriftMs) {
      this.#offsetMs += system - now;
      now = system;
    }
    this.#last = Math.max(this.#last + 1, Math.floor(now * 1000));
    return this.#last;
  }

  /** Later versions are above this one, which was read. */
  raise(version: number): void {
    if (version > this.#last && Number.isSafeInteger(version)) this.#last = version;
  }
}
