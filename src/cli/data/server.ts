/** Requests of import and export to a server, whose failures become sentences. */
import type { IncomingMessage } from 'node:http';
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

/** Whether the same may succeed later: the network was slow, or the server is busy or stopping. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status === 503;
}

/** The error of a response that is not a success. */
export function refusal(status: number, content: string): DataError {
  const message = `the server says ${status}: ${detailOf(status, content)}`;
  return mayPass(status) ? new PassingError(message) : new DataError(message);
}

/** The reason in a refusal, as text for a terminal. */
export function detailOf(status: number, content: string): string {
  try {
    const { detail } = JSON.parse(content) as { detail?: unknown };
    if (typeof detail === 'string')
      return printable(detail) + (status === 401 ? '; a command takes it as --token-file' : '');
  } catch {
    // It is not one of our servers.
  }
  const text = content.trim().slice(0, 200);
  const said = text === '' || text.startsWith('<') ? '' : `${printable(text)}; `;
  return `${said}those are not the words of an Evenkeel server; is --url right?`;
}

/** @throws DataError if the content is not NDJSON, which all other servers do not send */
export function mustBeLines(url: string, res: IncomingMessage): void {
  if (!/^application\/x-ndjson\b/.test(res.headers['content-type'] ?? ''))
    throw notEvenkeel(url, res);
}

/** The error of a success that none of our servers would send. */
export function notEvenkeel(url: string, { statusCode, headers }: IncomingMessage): DataError {
  const type = printable(headers['content-type'] ?? 'no Content-Type');
  return new DataError(
    `${url} is not an Evenkeel server: it answers with ${statusCode} and ${type}; is --url right?`,
  );
}

/** The error of a connection that broke. */
export function broken(url: string, error: unknown): PassingError {
  // A host with several addresses has an error for each, and none of its own.
  const { message, errors = [] } = error as Error & { errors?: Error[] };
  const reason = message || errors.map(({ message }) => message).join(', ');
  return new PassingError(
    `the connection to ${url} failed: ${reason}; is the server running, and --url right?`,
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
