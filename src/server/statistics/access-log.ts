/**
 * Chooses the requests that the access log tells of, and says what it tells. That is never a value,
 * a token or a parameter that is not known: of the target only the path and the keys are told, as
 * the request was understood, and percent-encoded.
 */
import { operations } from '../api/operations.js';
import type { Command } from '../api/route.js';

/** A request that is over, for the access log. */
export interface LoggedRequest {
  readonly operation: string;
  readonly method: string;
  /** Undefined: it is not one of this server's. */
  readonly path?: string;
  /** Percent-encoded: of the entity, or where a range begins and ends. */
  readonly key?: string;
  readonly start?: string;
  readonly end?: string;
  /** Undefined: its client was gone before. */
  readonly status: number | undefined;
  readonly ms: number;
  /** The length of the content; 0 also if it came in chunks. */
  readonly requestBytes: number;
  /** The length of the content; of a stream with its head and chunks. */
  readonly responseBytes: number;
  readonly client: string | undefined;
}

export interface AccessLogOptions {
  /** The part of the requests, above 0 and up to 1. */
  readonly share: number;
  readonly onRequest: (request: LoggedRequest) => void;
}

export function isAccessLog(value: unknown): boolean {
  const { share, onRequest } = (value ?? {}) as Partial<Record<keyof AccessLogOptions, unknown>>;
  const isShare = typeof share === 'number' && share > 0 && share <= 1;
  return isShare && typeof onRequest === 'function';
}

export interface EndedRequest
  extends Omit<LoggedRequest, 'operation' | 'path' | 'key' | 'start' | 'end'> {
  readonly command: Command | undefined;
}

const paths = new Map(operations.map(({ kind, path }) => [kind, path]));

export class AccessLog {
  readonly #share: number;
  readonly #onRequest: (request: LoggedRequest) => void;
  readonly #random: () => number;

  /** @param random from 0 to below 1: a fixed step would fall in with the rhythm of a client */
  constructor({ share, onRequest }: AccessLogOptions, random: () => number = Math.random) {
    this.#share = share;
    this.#onRequest = onRequest;
    this.#random = random;
  }

  /** Whether the next request is told. */
  takesNext(): boolean {
    return this.#random() < this.#share;
  }

  write({ command, ...request }: EndedRequest): void {
    if (command === undefined) this.#onRequest({ operation: 'other', ...request });
    else
      this.#onRequest({
        operation: command.kind,
        path: paths.get(command.kind) as string,
        ...keysOf(command),
        ...request,
      });
  }
}

function keysOf(command: Command): Pick<LoggedRequest, 'key' | 'start' | 'end'> {
  if ('key' in command) return { key: percentEncoded(command.key) };
  if (!('range' in command)) return {};
  const { start, end } = command.range;
  return { start: percentEncoded(start), ...(end && { end: percentEncoded(end) }) };
}

/** Unreserved bytes (RFC 3986 § 2.3) as they are, and all others encoded. */
export function percentEncoded(key: Uint8Array): string {
  let text = '';
  for (const byte of key) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
