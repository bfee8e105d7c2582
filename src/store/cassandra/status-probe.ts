/**
 * Asks each second whether a quorum responds. The driver's list of nodes does not say so, and a
 * gateway without requests would not learn it.
 */
import { StoreError } from '../store.js';

const intervalMs = 1000;

export class StatusProbe {
  readonly #probe: () => Promise<unknown>;
  readonly #onLost: (error: StoreError) => void;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** Undefined: a quorum responded the last time. */
  failure: StoreError | undefined;

  /**
   * @param probe a read by a quorum
   * @param onLost called each time that the quorum is lost
   */
  constructor(probe: () => Promise<unknown>, onLost: (error: StoreError) => void) {
    this.#probe = probe;
    this.#onLost = onLost;
    void this.#ask();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => void this.#ask(), intervalMs).unref();
  }

  async #ask(): Promise<void> {
    try {
      await this.#probe();
      this.failure = undefined;
    } catch (cause) {
      if (!this.#isStopped && this.failure === undefined) this.#lose(cause as Error);
    }
    this.#schedule();
  }

  #lose(cause: Error): void {
    const message = `no quorum of the cluster can be reached: ${cause.message}`;
    this.failure = new StoreError('no-quorum', message, { cause });
    this.#onLost(this.failure);
  }
}
