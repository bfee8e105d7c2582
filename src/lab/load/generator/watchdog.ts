/**
 * Notices a thread that hangs in the run, when it should say something every second. Times are ms of any one clock.
 * The run may last a day, and until then nobody waits for a message of this thread in particular.
 */
export class SilenceWatch {
  /** When each thread was last heard, or "never mind" from its end on. */
  readonly #heardMs: number[];
  readonly #limitMs: number;
  #checkedMs: number;

  /** @param fromMs when all threads begin to speak */
  constructor(threads: number, fromMs: number, limitMs: number) {
    this.#heardMs = Array.from({ length: threads }, () => fromMs);
    this.#limitMs = limitMs;
    this.#checkedMs = fromMs;
  }

  heard(thread: number, nowMs: number): void {
    this.#heardMs[thread] = Math.max(this.#heardMs[thread] as number, nowMs);
  }

  ended(thread: number): void {
    this.#heardMs[thread] = Number.POSITIVE_INFINITY;
  }

  /** To be called about once a second. @returns who has been silent for longer than the limit, and for how long */
  check(nowMs: number): { readonly thread: number; readonly silentMs: number } | undefined {
    // A process that stood still heard nothing either: that is not the threads' silence.
    const missedMs = nowMs - this.#checkedMs - 1000;
    if (missedMs > 1000)
      for (const [thread, heardMs] of this.#heardMs.entries())
        this.#heardMs[thread] = Math.min(nowMs, heardMs + missedMs);
    this.#checkedMs = Math.max(this.#checkedMs, nowMs);
    const thread = this.#heardMs.findIndex((heardMs) => nowMs - heardMs > this.#limitMs);
    return thread < 0 ? undefined : { thread, silentMs: nowMs - (this.#heardMs[thread] as number) };
  }
}
