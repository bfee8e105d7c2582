/**
 * The limit of each wait of one attempt: for the response, and for each further piece of it. No
 * time runs while the caller is busy with the piece before.
 */
import { EvenkeelError } from './error.js';

export class Deadline {
  readonly #timeoutMs: number;
  readonly #callers: AbortSignal | undefined;
  readonly #controller = new AbortController();
  #isOver = false;

  /** @param callers their signal. It is listened to during waits only, as it may live for long */
  constructor(timeoutMs: number, callers: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#callers = callers;
  }

  /** Ends the request when a wait takes too long, or the caller gives up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits within the limit.
   * @throws the reason of the caller's signal; EvenkeelError `timeout`, or `connection` for what
   *   fetch threw
   */
  async limit<T>(wait: () => Promise<T>): Promise<T> {
    this.#callers?.throwIfAborted();
    const abort = () => this.#controller.abort();
    this.#callers?.addEventListener('abort', abort);
    const timer = setTimeout(() => {
      this.#isOver = true;
      abort();
    }, this.#timeoutMs);
    try {
      return await wait();
    } catch (error) {
      this.#callers?.throwIfAborted();
      if (this.#isOver)
        throw new EvenkeelError('timeout', `nothing came for ${this.#timeoutMs} ms`);
      throw new EvenkeelError('connection', reasonOf(error), { cause: error });
    } finally {
      clearTimeout(timer);
      this.#callers?.removeEventListener('abort', abort);
    }
  }
}

/** Node hides the reason, for example ECONNREFUSED, in the cause of "fetch failed". */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message, cause?.message].filter(Boolean).join(': ') || String(error);
}
