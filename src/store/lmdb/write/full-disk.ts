/**
 * Tells when the disk becomes full, and when it has space again. On a full disk a small write may
 * pass where a large one is refused, so it is over only once none was refused for a while.
 */

const calmMs = 10_000;

export class FullDisk {
  readonly #onChange: (isFull: boolean) => void;
  readonly #now: () => number;
  #isFull = false;
  #refusedMs = 0;

  /** @param now milliseconds from any fixed moment */
  constructor(onChange: (isFull: boolean) => void, now = () => performance.now()) {
    this.#onChange = onChange;
    this.#now = now;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** A write was refused for want of space. */
  refused(): void {
    this.#refusedMs = this.#now();
    if (this.#isFull) return;
    this.#isFull = true;
    this.#onChange(true);
  }

  /** A value was stored. */
  stored(): void {
    if (!this.#isFull || this.#now() - this.#refusedMs < calmMs) return;
    this.#isFull = false;
    this.#onChange(false);
  }
}
