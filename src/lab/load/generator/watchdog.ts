/**
 * Notices a thread that hangs in the run, when it should send something every second. The run may
 * last a day, and until its end nobody waits for a message of one thread. Times are ms of any
 * clock.
 */
export class Watchdog {
  /** When each thread last sent something; infinity once it has ended. */
  readonly #lastMs: number[];
  readonly #limitMs: number;
  #checkedMs: number;

  /** @param fromMs when all threads begin to send */
  constructor(threads: number, fromMs: number, limitMs: number) {
    this.#lastMs = Array.from({ length: threads }, () => fromMs);
    this.#limitMs = limitMs;
    this.#checkedMs = fromMs;
  }

  received(thread: number, nowMs: number): void {
    this.#lastMs[thread] = Math.max(this.#lastMs[thread] as number, nowMs);
  }

  ended(thread: number): void {
    this.#lastMs[thread] = Number.POSITIVE_INFINITY;
  }

  /** Call it about once a second. @returns a thread silent for longer than the limit, if any */
  check(nowMs: number): { readonly thread: number; readonly silentMs: number } | undefined {
    // A process that stalled received nothing either: that is not the threads' silence.
    const missedMs = nowMs - this.#checkedMs - 1000;
    if (missedMs > 1000)
      for (const [thread, lastMs] of this.#lastMs.entries())
        this.#lastMs[thread] = Math.min(nowMs, lastMs + missedMs);
    this.#checkedMs = Math.max(this.#checkedMs, nowMs);
    const thread = this.#lastMs.findIndex((lastMs) => nowMs - lastMs > this.#limitMs);
    return thread < 0 ? undefined : { thread, silentMs: nowMs - (this.#lastMs[thread] as number) };
  }
}
