/** From a call to its response: one attempt over fetch, its problems, and further attempts. */
import { Deadline } from './deadline.js';
import { EvenkeelError, type ProblemFields, problemError } from './error.js';
import { type Reply, readAll } from './pieces.js';
import { withRetries } from './retry.js';

/** The settings of a client that a call may replace. */
export interface CallOptions {
  /** Ends the call, and all its attempts. The call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * The longest wait in ms: until a value is sent and the response is there, and for each further
   * piece of the response.
   */
  readonly timeoutMs?: number;
  /** Attempts after the first one; 0 for none. */
  readonly retries?: number;
  /** Sent as `Authorization: Bearer TOKEN`. */
  readonly token?: string;
}

export interface Call extends CallOptions {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST';
  /** Below the base, with the query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Uint8Array;
  readonly isIdempotent: boolean;
}

export interface TransportOptions {
  readonly token?: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly fetch?: typeof fetch;
}

const defaultTimeoutMs = 30_000;
const defaultRetries = 3;
const maxRetries = 100;
/** A timer of more ends at once. */
const maxTimeoutMs = 2 ** 31 - 1;

export class Transport {
  readonly #base: string;
  readonly #options: TransportOptions;
  readonly #fetch: typeof fetch;

  constructor(base: string | URL, options: TransportOptions) {
    const url = new URL(base);
    if (!/^https?:$/.test(url.protocol))
      throw new TypeError(`the URL of a server begins with http:// or https://, got ${base}`);
    if (url.username !== '' || url.search !== '' || url.hash !== '')
      throw new TypeError(
        'the URL of a server has no user, query or fragment; a token is an option',
      );
    this.#base = url.href.replace(/\/$/, '');
    checkNumber('timeoutMs', options.timeoutMs, 1, maxTimeoutMs);
    checkNumber('retries', options.retries, 0, maxRetries);
    this.#options = options;
    // A browser's fetch asks for `this`.
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /**
   * Makes attempts until a response was read.
   * @param read takes what is wanted from the response; it belongs to the attempt
   */
  call<T>(call: Call, read: (reply: Reply) => T | Promise<T>): Promise<T> {
    const { isIdempotent, signal } = call;
    return withRetries({ retries: this.retries(call), isIdempotent, signal }, async () =>
      read(await this.attempt(call)),
    );
  }

  retries({ retries = this.#options.retries ?? defaultRetries }: CallOptions): number {
    checkNumber('retries', retries, 0, maxRetries);
    return retries;
  }

  /** One attempt. @throws EvenkeelError for each response that is a problem */
  async attempt(call: Call): Promise<Reply> {
    const { timeoutMs = this.#options.timeoutMs ?? defaultTimeoutMs, signal } = call;
    const { token = this.#options.token } = call;
    checkNumber('timeoutMs', timeoutMs, 1, maxTimeoutMs);
    // Here, and not in fetch, so that a field that HTTP does not allow is a TypeError.
    const headers = new Headers(call.headers);
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    const deadline = new Deadline(timeoutMs, signal);
    const response = await deadline.limit(() =>
      this.#fetch(`${this.#base}${call.target}`, {
        method: call.method,
        headers,
        ...(call.content && { body: call.content as Uint8Array<ArrayBuffer> }),
        signal: deadline.signal,
        // A cache could give back what an acknowledged write has replaced.
        cache: 'no-store',
        redirect: 'error',
      }),
    );
    const reply = { response, deadline };
    if (response.ok) return reply;
    throw await problemOf(reply);
  }
}

/** The error that a response stands for. An absent entity is one too, `not-found`. */
async function problemOf(reply: Reply): Promise<EvenkeelError> {
  const { status, headers, statusText } = reply.response;
  const isProblem = /^application\/problem\+json\b/.test(headers.get('content-type') ?? '');
  const content = parse(await readAll(reply));
  if (isProblem) return problemError(status, { title: statusText, ...content }, afterMs(headers));
  const detail = 'the response is not a problem of Evenkeel; is it the right URL?';
  // A page that another server does not have says nothing about an entity.
  if (status === 404) return new EvenkeelError('protocol', detail, { status, title: statusText });
  return problemError(status, { title: statusText, detail }, afterMs(headers));
}

/** Empty after a HEAD. */
function parse(content: Uint8Array): ProblemFields {
  try {
    return JSON.parse(new TextDecoder().decode(content)) as ProblemFields;
  } catch {
    return {};
  }
}

/** Retry-After in seconds or as a date (RFC 9110 § 10.2.3). */
function afterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

export function checkNumber(
  name: string,
  value: number | undefined,
  min: number,
  max: number,
): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= min && value <= max)) return;
  throw new TypeError(`${name} is a whole number from ${min} to ${max}, got ${value}`);
}
