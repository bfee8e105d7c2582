/**
 * Somebody who wants to see LMDB between two checkpoints. There it has all writes up to one, and
 * none behind it. While a checkpoint runs it has some of them, in order of keys.
 */
export class Between {
  readonly #sequence: number;
  /** Resolves at the end of a checkpoint that has taken that frame into LMDB. */
  readonly reached: Promise<void>;
  /** Resolves when the next checkpoint may begin. */
  readonly released: Promise<void>;
  #reach!: () => void;
  /** @param reason rejects `reached`, unless it is */
  fail!: (reason: unknown) => void;
  release!: () => void;

  /** @param sequence of the last frame that must be there */
  constructor(sequence: number, signal: AbortSignal) {
    this.#sequence = sequence;
    this.reached = new Promise((resolve, reject) => {
      this.#reach = resolve;
      this.fail = reject;
    });
    this.released = new Promise((resolve) => {
      this.release = resolve;
    });
    // Nobody may wait for it.
    this.reached.catch(() => {});
    signal.addEventListener('abort', () => this.fail(signal.reason), { once: true });
  }

  /** Whether that is so once LMDB has the frames up to this one. */
  isReachedBy(checkpointed: number): boolean {
    return checkpointed >= this.#sequence;
  }

  /** A checkpoint has ended, and LMDB has the frames up to this one. */
  reach(checkpointed: number): void {
    if (this.isReachedBy(checkpointed)) this.#reach();
  }
}
