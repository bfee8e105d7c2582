/**
 * The values that a key may hold, by what clients saw of their own writes. Each write is an
 * interval, from before its first byte is sent until after its response is read, and takes effect
 * at one moment within. So a write is certainly gone only when another one began after its
 * acknowledgement and was acknowledged itself; of all others, each may be the last. One in flight
 * when the server died has no end, and may have taken effect or not.
 */

/** A value by its name; undefined: the key is absent. */
export type Outcome = string | undefined;

export interface Write {
  readonly key: string;
  readonly outcome: Outcome;
  readonly begun: number;
  /** Infinity until it is acknowledged. */
  acknowledged: number;
}

export class Ledger {
  #clock = 0;
  readonly #possible = new Map<string, Write[]>();

  constructor(keys: readonly string[]) {
    for (const key of keys) this.settle(key, undefined);
  }

  begin(key: string, outcome: Outcome): Write {
    this.#clock++;
    const write = { key, outcome, begun: this.#clock, acknowledged: Number.POSITIVE_INFINITY };
    this.#writes(key).push(write);
    return write;
  }

  acknowledge(write: Write): void {
    this.#clock++;
    write.acknowledged = this.#clock;
    this.#possible.set(
      write.key,
      this.#writes(write.key).filter(({ acknowledged }) => acknowledged >= write.begun),
    );
  }

  /** The server refused the write and said so: it has had no effect. */
  withdraw(write: Write): void {
    this.#possible.set(
      write.key,
      this.#writes(write.key).filter((other) => other !== write),
    );
  }

  /** Every state the key may be in. */
  outcomes(key: string): ReadonlySet<Outcome> {
    return new Set(this.#writes(key).map(({ outcome }) => outcome));
  }

  /** Nothing is in flight, and this was read: what the key holds from here on. */
  settle(key: string, outcome: Outcome): void {
    this.#clock++;
    this.#possible.set(key, [{ key, outcome, begun: this.#clock, acknowledged: this.#clock }]);
  }

  #writes(key: string): Write[] {
    const writes = this.#possible.get(key);
    if (!writes) throw new TypeError(`the ledger has no key ${key}`);
    return writes;
  }
}
