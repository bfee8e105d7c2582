/** Requests of import and export to a server, whose failures become sentences. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../config/parsers.js';
import { printable } from '../../lab/load/printable.js';
import { DataError } from './data-error.js';

export const defaultUrl = 'http://127.0.0.1:8080';

/** A failure that may pass: the connection broke, or the server is overloaded or stopping. */
export class PassingError extends DataError {}

/** Parses the URL of a server; a path is none of its own. @throws UsageError with the rule alone */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isServer = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search;
  if (!isServer || url.username !== '' || url.password !== '')
    throw new UsageError('the URL of a server, such as http://127.0.0.1:8080');
  return url.origin;
}

/**
 * A response that is a success.
 * @throws PassingError; DataError if the server refuses; what the signal was aborted with
 */
export async function ask(
  url: string,
  target: string,
  init: RequestInit & { readonly signal: AbortSignal },
): Promise<Response> {
  const response = await unlessBroken(url, init.signal, () => fetch(url + target, init));
  if (response.ok) return response;
  const content = await unlessBroken(url, init.signal, () => response.text());
  throw refusal(response.status, content);
}

/** The error of a response that is not a success. */
export function refusal(status: number, content: string): DataError {
  const message = `the server says ${status}: ${detailOf(content)}`;
  return status === 503 ? new PassingError(message) : new DataError(message);
}

/** The reason in a refusal, as text for a terminal. */
export function detailOf(content: string): string {
  try {
    const { detail } = JSON.parse(content) as { detail?: unknown };
    if (typeof detail === 'string') return printable(detail);
  } catch {
    // It is not one of our servers.
  }
  return printable(content.slice(0, 200));
}

/** @throws PassingError in place of what fetch throws when a connection breaks */
export async function unlessBroken<T>(
  url: string,
  signal: AbortSignal,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    signal.throwIfAborted();
    throw broken(url, error);
  }
}

/** The error of a connection that broke. fetch hides the reason in the cause. */
export function broken(url: string, error: unknown): PassingError {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return new PassingError(
    `the connection to ${url} failed: ${cause?.message ?? message}; ` +
      'is the server running, and --url right?',
    { cause: error },
  );
}

const firstDelayMs = 200;
const maxAttempts = 5;

/** Counts failures that may pass, and waits longer after each in a row. */
export class Patience {
  #failures = 0;

  /** There was progress: the next failure is the first again. */
  reset(): void {
    this.#failures = 0;
  }

  /** Resolves when it may be tried again. @throws the error, if it will not pass */
  async afterFailure(error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof PassingError) || ++this.#failures >= maxAttempts) throw error;
    await sleep(firstDelayMs * 2 ** (this.#failures - 1), undefined, { signal });
  }
}
