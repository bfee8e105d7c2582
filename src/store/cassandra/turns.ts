/**
 * Bounds the statements on their way to the cluster. More would not make it faster, and a
 * connection takes only so many. The others wait in order.
 */
import { StoreError } from '../store.js';

/** A connection of the driver takes 2048. */
const maxRunning = 1024;

export class Turns {
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves when it is the caller's turn; undefined: it is now. It has to {@link end} then.
   * @throws StoreError `overloaded`
   */
  begin(): Promise<void> | undefined {
    if (this.#running < maxRunning) {
      this.#running++;
      return undefined;
    }
    if (this.#waiting.length >= this.#maxWaiting)
      throw new StoreError('overloaded', 'too many requests wait for the cluster; try again later');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else if (--this.#running === 0) this.#onIdle?.();
  }

  /** Resolves once nothing runs. Nothing may begin then. */
  async idle(): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
