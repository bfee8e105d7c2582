/** The errors of the driver, in the words of the Store. */

import { type ReplicaFailure, StoreError } from '../store.js';
import type { Driver } from './driver.js';

export interface FailedRequest {
  readonly isWrite: boolean;
  /** Replicas that had to respond. */
  readonly needed: number;
  /** A node that was asked ended or hung, and may have done it. */
  readonly isLost: boolean;
  /** A second node may be asked at the same time. */
  readonly isCopied: boolean;
}

/** The members that errors of the driver have, by what happened. */
interface DriverError extends Error {
  readonly code?: number;
  readonly required?: number;
  readonly alive?: number;
  readonly received?: number;
  readonly blockFor?: number;
  readonly failures?: number;
  readonly isSocketError?: boolean;
  /** By node. */
  readonly innerErrors?: Readonly<Record<string, DriverError>>;
}

/** @returns a StoreError, or the error itself if it is not one that is expected */
export function storeErrorOf(driver: Driver, error: unknown, request: FailedRequest): unknown {
  const { responseErrorCodes: codes } = driver.types;
  const cause = error as DriverError;
  switch (cause.code) {
    case codes.unavailableException:
      return tooFew(request, { answered: cause.alive, isRefused: true, cause });
    case codes.readTimeout:
    case codes.writeTimeout:
      return tooFew(request, { answered: cause.received, isRefused: false, cause });
    case codes.readFailure:
    case codes.writeFailure:
      return replicaFailed(request, cause);
    case codes.overloaded:
      return overloaded(cause);
  }
  switch (cause.name) {
    case 'NoHostAvailableError': {
      // Nodes that saw too few replicas, until there was no further node to ask.
      const inner = Object.values(cause.innerErrors ?? {});
      const refusal = inner.find(({ code }) => code === codes.unavailableException);
      // No copy is under way any more: the driver says this once all of them have failed.
      const ended = { ...request, isCopied: false };
      return tooFew(ended, { answered: refusal?.alive ?? 0, isRefused: true, cause });
    }
    case 'OperationTimedOutError':
      return tooFew(request, { answered: undefined, isRefused: false, cause });
    case 'BusyConnectionError':
      return overloaded(cause);
  }
  if (cause.isSocketError) return tooFew(request, { answered: undefined, isRefused: false, cause });
  return error;
}

/**
 * No node could be asked any more, and not because each one refused: one ended, hung, or is being
 * connected to. It may respond the next time.
 */
export function isWithoutNode(driver: Driver, error: unknown): boolean {
  const { name, innerErrors = {} } = error as DriverError;
  if (name !== 'NoHostAvailableError') return false;
  const { unavailableException } = driver.types.responseErrorCodes;
  const inner = Object.values(innerErrors);
  return inner.length === 0 || inner.some((each) => each?.code !== unavailableException);
}

/** The request took longer than it may. */
export function late(request: FailedRequest, timeoutMs: number): StoreError {
  const { needed } = request;
  const message = `${replicas(needed)} did not respond within ${timeoutMs} ms`;
  return failure(request, message, { needed, ...writtenOf(request, false) });
}

/** The failure of a part of a value: the entity is as it was. */
export function ofPart(error: unknown): unknown {
  if (!(error instanceof StoreError) || !error.replicas) return error;
  const { message, cause, code, replicas } = error;
  const text = message.replace(unknownText, nothingText);
  return new StoreError(code, text, { cause, replicas: { ...replicas, written: 'no' } });
}

interface Shortage {
  /** Undefined: nobody says. */
  readonly answered: number | undefined;
  /** The node did not begin. */
  readonly isRefused: boolean;
  readonly cause: unknown;
}

function tooFew(request: FailedRequest, { answered, isRefused, cause }: Shortage): StoreError {
  const { needed } = request;
  const counted = answered === undefined ? 'no node says how many' : `${answered}`;
  const message = `${replicas(needed)} must respond, and ${counted} ${isRefused ? 'can' : 'did'}`;
  const details = {
    needed,
    ...(answered !== undefined && { answered }),
    ...writtenOf(request, isRefused),
  };
  return failure(request, message, details, cause);
}

const unknownText = 'the write may be done or not: read it, or send it again';
const nothingText = 'nothing was written';

function failure(
  { isWrite }: FailedRequest,
  message: string,
  replicas: ReplicaFailure,
  cause?: unknown,
): StoreError {
  const outcome = replicas.written === 'no' ? nothingText : unknownText;
  const text = isWrite ? `${message}; ${outcome}` : `${message}; try again, or ask for fewer`;
  return new StoreError('too-few-replicas', text, { cause, replicas });
}

function writtenOf({ isWrite, isLost, isCopied }: FailedRequest, isRefused: boolean) {
  if (!isWrite) return {};
  return { written: isRefused && !isLost && !isCopied ? 'no' : 'unknown' } as const;
}

function replicaFailed({ isWrite }: FailedRequest, cause: DriverError): StoreError {
  return new StoreError(
    'replica-failed',
    isWrite
      ? `replicas failed to write (${cause.message}); ${unknownText}`
      : `replicas failed to read (${cause.message}): their logs say why. More than 100 000 ` +
          'deleted or expired entities side by side are one reason; see docs/cluster.md',
    { cause },
  );
}

function overloaded(cause: unknown): StoreError {
  return new StoreError('overloaded', 'the cluster is overloaded; try again later', { cause });
}

function replicas(count: number): string {
  return count === 1 ? '1 replica' : `${count} replicas`;
}
