/** The one error that callers act on. Misuse is a TypeError; an abort is its signal's reason. */

/** The kind of a failure, for a program. A later version does not change what one means. */
export type ErrorCode =
  /** 400, 405, 414, 417, 421, 431: the request is wrong; `detail` says what to change. */
  | 'bad-request'
  /** 401: the token is missing or unknown. */
  | 'unauthorized'
  /** 403: this token, or a page of this origin, may not do that. */
  | 'forbidden'
  /** 404. Calls return undefined in its place. */
  | 'not-found'
  /** 412: the entity is not as `ifVersion`, `ifAbsent` or `ifPresent` says. Nothing was changed. */
  | 'condition-failed'
  /** 413: the value is larger than the server takes. */
  | 'too-large'
  /** 429, 503 with Retry-After: the server has too much to do. Nothing was done. */
  | 'overloaded'
  /** 501: this store cannot do what was asked. */
  | 'unsupported'
  /** 504: fewer replicas confirmed than `replicas` asks for. */
  | 'too-few-replicas'
  /** 507: the disk of the server is full. */
  | 'full'
  /** 500, 502, 503 without Retry-After: the server has failed. */
  | 'server-failed'
  /** 408, or no response, or no further piece of one, within `timeoutMs`. */
  | 'timeout'
  /** The server could not be reached, or the connection ended early. */
  | 'connection'
  /** The response is not one of Evenkeel's. */
  | 'protocol';

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'bad-request',
  408: 'timeout',
  412: 'condition-failed',
  413: 'too-large',
  414: 'bad-request',
  417: 'bad-request',
  421: 'bad-request',
  429: 'overloaded',
  431: 'bad-request',
  500: 'server-failed',
  501: 'unsupported',
  502: 'server-failed',
  503: 'server-failed',
  504: 'too-few-replicas',
  507: 'full',
};

/** The server may have done what was asked, although it did not say so. */
const unknownOutcomes: ReadonlySet<ErrorCode> = new Set([
  'timeout',
  'connection',
  'protocol',
  'server-failed',
  'too-few-replicas',
]);

export interface ErrorDetails {
  readonly status?: number | undefined;
  readonly title?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly index?: number | undefined;
  readonly cause?: unknown;
}

/** A call that failed. `message` is for a person, `code` for a program. */
export class EvenkeelError extends Error {
  override readonly name = 'EvenkeelError';
  readonly code: ErrorCode;
  /** As the server put it: what was wrong, and what to change. */
  readonly detail: string;
  /** The status of the response; undefined if none came. */
  readonly status: number | undefined;
  /** The title of the problem (RFC 9457), for example `Precondition Failed`. */
  readonly title: string | undefined;
  /** After how many ms the server would be asked again. */
  readonly retryAfterMs: number | undefined;
  /** In an atomic batch: which operation failed, from 0. */
  readonly index: number | undefined;
  /** Whether a write may have been done all the same. False: nothing was changed. */
  readonly isOutcomeUnknown: boolean;

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}, isUnknown = false) {
    const { status, title, retryAfterMs, index, cause } = details;
    super(status === undefined ? detail : `${status} ${title ?? code}: ${detail}`, { cause });
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.title = title;
    this.retryAfterMs = retryAfterMs;
    this.index = index;
    this.isOutcomeUnknown = isUnknown || unknownOutcomes.has(code);
  }
}

/** The fields of a problem document, and of a failed line of a batch. */
export interface ProblemFields {
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly index?: unknown;
}

/** @param retryAfterMs undefined if the response does not say */
export function problemError(
  status: number,
  { title, detail, index }: ProblemFields,
  retryAfterMs?: number,
): EvenkeelError {
  const known = codes[status] ?? (status >= 500 ? 'server-failed' : 'protocol');
  const code = status === 503 && retryAfterMs !== undefined ? 'overloaded' : known;
  return new EvenkeelError(code, text(detail) ?? 'the response does not say why', {
    status,
    title: text(title),
    retryAfterMs,
    index: typeof index === 'number' ? index : undefined,
  });
}

/** The same error, if an attempt before it may have done the write. */
export function afterUnknownOutcome(error: EvenkeelError): EvenkeelError {
  return new EvenkeelError(error.code, error.detail, error, true);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
