/**
 * The limit of each wait of one attempt: for the response, and for each further piece of it. No
 * time runs while the caller is busy with the piece before.
 */
import { EvenkeelError } from './error.js';

export class Deadline {
  /** Aborted when a wait was too long, or by the caller's own signal. */
  readonly signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #callers: AbortSignal | undefined;
  readonly #controller = new AbortController();

  constructor(timeoutMs: number, callers: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#callers = callers;
    this.signal = callers
      ? AbortSignal.any([callers, this.#controller.signal])
      : this.#controller.signal;
  }

  /**
   * Waits within the limit.
   * @throws the reason of the caller's signal; EvenkeelError `timeout`, or `connection` for what
   *   fetch threw
   */
  async limit<T>(wait: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#controller.abort(), this.#timeoutMs);
    try {
      return await wait();
    } catch (error) {
      this.#callers?.throwIfAborted();
      if (this.#controller.signal.aborted)
        throw new EvenkeelError('timeout', `nothing came for ${this.#timeoutMs} ms`);
      throw new EvenkeelError('connection', reasonOf(error), { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Node hides the reason, for example ECONNREFUSED, in the cause of "fetch failed". */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message, cause?.message].filter(Boolean).join(': ') || String(error);
}
