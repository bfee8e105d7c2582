/** Errors as answers: problem details (RFC 9457) that say what was wrong and what to change. */
import { STATUS_CODES } from 'node:http';
import { StoreError, type StoreErrorCode } from '../../store/store.js';
import type { ProblemStatus } from './operations.js';

interface ProblemOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly closes?: boolean;
  readonly cause?: unknown;
}

/** A refusal of one request. Thrown anywhere on a request's way, answered by the lane it came in on. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  /** Where this request ends and the next begins can't be trusted, so the connection must not be used again. */
  readonly closes: boolean;

  /** @param detail what was wrong with this request and what to do about it, for a person to read */
  constructor(status: ProblemStatus, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.headers = options.headers ?? {};
    this.closes = options.closes ?? false;
  }

  /** The `application/problem+json` document. Its type is `about:blank`: the status says all a program needs. */
  toJSON(): { title: string; status: number; detail: string } {
    return {
      title: STATUS_CODES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
    };
  }
}

interface ProblemAnswer {
  readonly status: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Of the problems that are thrown again and again. */
const answers = new WeakMap<Problem, ProblemAnswer>();

/** A problem as an answer (RFC 9457). */
export function problemAnswer(problem: Problem): ProblemAnswer {
  const known = answers.get(problem);
  if (known) return known;
  const answer = {
    status: problem.status,
    headers: { ...problem.headers, 'Content-Type': 'application/problem+json' },
    body: Buffer.from(`${JSON.stringify(problem)}\n`),
  };
  answers.set(problem, answer);
  return answer;
}

export function lateRequest(): Problem {
  return new Problem(408, 'the request did not arrive in time; send it whole and without pauses');
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
  'too-few-replicas': 504,
  'in-use': 500,
  unusable: 500,
};

/** Whether the operator has to know: the client can't help it, and neither can time. */
export function needsOperator({ status, cause }: Problem): boolean {
  return status === 500 || (cause instanceof StoreError && cause.code === 'failed');
}

/** The answer to any error: a Problem as it is, a StoreError by its code, anything else as a 500 that tells nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError) {
    // A failed store does not come back by itself, so it gets no Retry-After.
    return error.code === 'overloaded' || error.code === 'closed'
      ? overloaded(error.message, error)
      : new Problem(statusOf[error.code], error.message, { cause: error });
  }
  return new Problem(500, 'an unexpected error in the server; its log has more', { cause: error });
}

/** Text of a request for an error message: printable, and not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
