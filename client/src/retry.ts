/**
 * Which failures are tried again, and when. A write with a condition is tried again only if the
 * server said that it did nothing: had the first attempt been done after all, the second would fail
 * on its own condition.
 */
import { afterUnknownOutcome, EvenkeelError } from './error.js';

/** The first wait is at most this, in ms; each further one at most twice the one before. */
const firstDelayMs = 100;
/** No wait is longer, in ms. A server that asks for more gets no further attempt. */
const maxDelayMs = 10_000;

export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  /** The call may be done twice: it reads, or leaves the same state. */
  readonly isIdempotent: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Whether a further attempt may bring a better result. */
function isTransient({ code, status }: EvenkeelError, isIdempotent: boolean): boolean {
  if (code === 'overloaded') return true;
  const isPassing =
    code === 'timeout' || code === 'connection' || code === 'too-few-replicas' || status === 502;
  return isIdempotent && isPassing;
}

/**
 * How long to wait before attempt `tried + 1`, in ms, or undefined if there is to be none. A random
 * part of the bound, so that clients that failed together do not come back together.
 */
export function retryDelayMs(
  error: unknown,
  tried: number,
  { retries, isIdempotent }: Pick<RetryPolicy, 'retries' | 'isIdempotent'>,
): number | undefined {
  if (tried > retries || !(error instanceof EvenkeelError)) return undefined;
  if (!isTransient(error, isIdempotent)) return undefined;
  const boundMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (tried - 1));
  const { retryAfterMs = 0 } = error;
  return retryAfterMs > maxDelayMs ? undefined : retryAfterMs + Math.random() * boundMs;
}

/** Attempts until one passes, or none may follow. @throws what the last attempt threw */
export async function withRetries<T>(policy: RetryPolicy, attempt: () => Promise<T>): Promise<T> {
  let wasUnknown = false;
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = retryDelayMs(error, tried, policy);
      if (delayMs === undefined)
        throw wasUnknown && error instanceof EvenkeelError ? afterUnknownOutcome(error) : error;
      wasUnknown ||= (error as EvenkeelError).isOutcomeUnknown;
      await sleep(delayMs, policy.signal);
    }
  }
}

/** @throws the reason of the signal, once it is aborted */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
  });
}
