/**
 * The pause after a commit of several writes, in which the next batch gathers (as with PostgreSQL's commit_delay). A commit takes some
 * 300 µs of CPU whatever is in it, so fewer and fuller ones leave more for all else; ARCHITECTURE.md has the figures.
 *
 * It is over as soon as as many writes wait as the last commit had, as when the same clients are back; else with the first write
 * after {@link gatherMs}, or when none comes, by a timer, which is no finer than a millisecond.
 */
const gatherMs = 0.3;

export class Gathering {
  #expected = 0;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #end: (() => void) | undefined;

  /**
   * Resolves when the next batch is to be taken.
   * @param committed writes of the commit that is just over
   * @param waiting writes that wait already
   */
  over(committed: number, waiting: number): Promise<void> | undefined {
    if (committed === 1 || waiting >= committed) return undefined;
    this.#expected = committed;
    this.#untilMs = performance.now() + gatherMs;
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#timer = setTimeout(() => this.#stop(), 1);
    });
  }

  /** A write has joined those that wait. */
  joined(waiting: number): void {
    if (this.#end === undefined) return;
    if (waiting >= this.#expected || performance.now() >= this.#untilMs) this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    // The rest of this turn of the event loop may join.
    setImmediate(this.#end as () => void);
    this.#end = undefined;
  }
}
