/** Patience with a cluster: failures that may pass are waited out, a few times in a row. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, type StoreErrorCode } from '../../store/store.js';

const passing: ReadonlySet<StoreErrorCode> = new Set(['overloaded', 'too-few-replicas']);
const firstDelayMs = 250;
/** All waits together are longer than a node takes to be known as dead, or to start again. */
const maxAttempts = 8;

export class Retries {
  readonly #signal: AbortSignal;
  #failures = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** There was progress: the next failure is the first again. */
  reset(): void {
    this.#failures = 0;
  }

  /** Resolves when it may be tried again. @throws the error, if it will not pass */
  async afterFailure(error: unknown): Promise<void> {
    this.#signal.throwIfAborted();
    const mayPass = error instanceof StoreError && passing.has(error.code);
    if (!mayPass || ++this.#failures >= maxAttempts) throw error;
    const delayMs = firstDelayMs * 2 ** (this.#failures - 1);
    await sleep(delayMs, undefined, { signal: this.#signal });
  }
}

/** Calls until it succeeds. @throws the error of a failure that does not pass; the signal's */
export async function withRetries<T>(signal: AbortSignal, call: () => T | Promise<T>): Promise<T> {
  const retries = new Retries(signal);
  for (;;)
    try {
      return await call();
    } catch (error) {
      await retries.afterFailure(error);
    }
}
