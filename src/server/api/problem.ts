/** Errors as responses: problem details (RFC 9457) that say what was wrong and what to change. */
import { STATUS_CODES } from 'node:http';
import type { Limits } from '../../config/limits.js';
import { type ReplicaFailure, StoreError, type StoreErrorCode } from '../../store/store.js';
import { contentFields } from './content-fields.js';
import type { ProblemStatus } from './problem-statuses.js';

interface ProblemOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly closes?: boolean;
  readonly cause?: unknown;
  /** The operation of an atomic batch that was refused, from 0. */
  readonly index?: number;
  /** How the replicas fell short. */
  readonly replicas?: ReplicaFailure | undefined;
}

/** The members of a problem's document. */
export interface ProblemDocument extends Partial<ReplicaFailure> {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly index?: number;
}

/** A refusal of one request. Thrown anywhere; the request's lane makes it a response. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  /** The end of this request can't be trusted, so the connection must not be used again. */
  readonly closes: boolean;
  readonly index: number | undefined;
  readonly replicas: ReplicaFailure | undefined;

  /** @param detail what was wrong and what to do about it, for a person to read */
  constructor(status: ProblemStatus, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.headers = options.headers ?? {};
    this.closes = options.closes ?? false;
    this.index = options.index;
    this.replicas = options.replicas;
  }

  /** The `application/problem+json` document, of type `about:blank`: the status is the type. */
  toJSON(): ProblemDocument {
    return {
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      ...(this.index !== undefined && { index: this.index }),
      ...this.replicas,
    };
  }
}

interface ProblemResponse {
  readonly status: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

/** Responses of problems that are thrown more than once. */
const responses = new WeakMap<Problem, ProblemResponse>();

export function problemResponse(problem: Problem): ProblemResponse {
  const known = responses.get(problem);
  if (known) return known;
  const response = {
    status: problem.status,
    headers: { ...problem.headers, ...contentFields('application/problem+json') },
    content: Buffer.from(`${JSON.stringify(problem)}\n`),
  };
  responses.set(problem, response);
  return response;
}

export function lateRequest(): Problem {
  return new Problem(408, 'the request did not arrive in time; send it whole and without pauses');
}

export function valueTooLarge(maxBytes: number): Problem {
  return new Problem(
    413,
    `a value has at most ${maxBytes} bytes here; send a smaller one, ` +
      'or start the server with a larger --max-value',
  );
}

/** @param limits what the content fell short of */
export function slowContent({
  minContentBytesPerSecond,
  contentGraceMs,
}: Pick<Limits, 'minContentBytesPerSecond' | 'contentGraceMs'>): Problem {
  return new Problem(
    408,
    `the content came too slowly: in ${contentGraceMs} ms less than ` +
      `${minContentBytesPerSecond} bytes per second; send it faster, or less of it`,
  );
}

const retryAfterSeconds = 1;

export function overloaded(detail: string, cause?: unknown): Problem {
  return new Problem(503, detail, { headers: { 'Retry-After': String(retryAfterSeconds) }, cause });
}

const statusOf: Record<StoreErrorCode, ProblemStatus> = {
  overloaded: 503,
  failed: 503,
  closed: 503,
  full: 507,
  damaged: 500,
  'condition-failed': 412,
  'too-few-replicas': 504,
  'replica-failed': 500,
  'no-quorum': 503,
  'in-use': 500,
  unusable: 500,
};

/** Whether the operator has to know: neither the client nor time can help. */
export function needsOperator({ status, cause }: Problem): boolean {
  return status === 500 || (cause instanceof StoreError && cause.code === 'failed');
}

/** Any error as a Problem: a StoreError by its code, an unknown one as a 500 that tells nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError) {
    const { code, message, replicas } = error;
    // A failed store does not come back by itself, so it gets no Retry-After.
    return statusOf[code] === 503 && code !== 'failed'
      ? overloaded(message, error)
      : new Problem(statusOf[code], message, { cause: error, replicas });
  }
  return new Problem(500, 'an unexpected error in the server; its log has more', { cause: error });
}

/** Text of a request for an error message: printable, and not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
