/**
 * Versions: microseconds since 1970, strictly rising over the life of a store, also across restarts
 * and when the clock is set back. To store the last version with every commit would cost a page
 * each time. Instead a *ceiling* is stored, at most a second ahead; no version may reach it before
 * a higher one is on the disk. (As the timestamp oracle in Peng & Dabek, "Large-scale Incremental
 * Processing Using Distributed Transactions and Notifications", OSDI 2010, § 2.4.) A store that was
 * killed goes on from its ceiling.
 */
const stepUs = 1_000_000;

export class VersionClock {
  readonly #nowMs: () => number;
  /** The newest version given out. */
  #last: number;
  /** On the disk: every version of a stored record is below it. */
  #durableCeiling: number;
  /** The ceiling of the batch being built, or the durable one. */
  #ceiling: number;

  /** @param durableCeiling what the store held when it was opened; 0 in a new one. */
  constructor(nowMs: () => number, durableCeiling: number) {
    this.#nowMs = nowMs;
    this.#last = Math.max(0, durableCeiling - 1);
    this.#durableCeiling = durableCeiling;
    this.#ceiling = durableCeiling;
  }

  readonly next = (): number => {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#nowMs() * 1000));
    if (this.#last >= this.#ceiling) this.#ceiling = this.#last + stepUs;
    return this.#last;
  };

  /** The version of an entity that another store had: later ones are above it. */
  readonly take = (version: number): number => {
    this.#last = Math.max(this.#last, version);
    if (version >= this.#ceiling) this.#ceiling = version + stepUs;
    return version;
  };

  /** The ceiling to store with the batch just built, or undefined if the stored one will do. */
  get ceilingToStore(): number | undefined {
    return this.#ceiling > this.#durableCeiling ? this.#ceiling : undefined;
  }

  /** A batch that carried this ceiling is on the disk. */
  committed(ceiling: number): void {
    this.#durableCeiling = Math.max(this.#durableCeiling, ceiling);
  }
}
