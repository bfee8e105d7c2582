/** Operations of a batch and their results, as lines of NDJSON. */
import { encodeBase64 } from './base64.js';
import { EvenkeelError, type ProblemFields, problemError } from './error.js';
import { type Key, keyFields, loneSurrogate } from './key.js';
import type { Condition, ValueOptions } from './options.js';
import { conditionFields, isConditional } from './response.js';
import { checkNumber } from './transport.js';
import { type Value, valueBytes } from './value.js';

/** Puts a value of up to some 750 KiB; larger ones need a put of their own. */
export type PutOperation = ValueOptions &
  Condition & { readonly key: Key; readonly value: Value; readonly delete?: never };
export type DeleteOperation = Condition & {
  readonly key: Key;
  readonly delete: true;
  readonly value?: never;
};
export type Operation = PutOperation | DeleteOperation;

/** The result of an operation that was done. */
export type OperationResult =
  | { readonly kind: 'put'; readonly operation: Operation; readonly version: string }
  | {
      readonly kind: 'delete';
      readonly operation: Operation;
      /** Whether there was an entity; undefined: the server does not look. */
      readonly existed: boolean | undefined;
    };

export type BatchResult =
  | OperationResult
  | { readonly kind: 'failed'; readonly operation: Operation; readonly error: EvenkeelError };

/** An operation, and the line that asks for it. */
export interface OperationLine {
  readonly operation: Operation;
  readonly text: string;
  /** Doing it twice leaves the same state. */
  readonly isIdempotent: boolean;
}

/** @throws TypeError if it is not an operation */
export function lineOf(operation: Operation): OperationLine {
  const { key, value, delete: isDeletion } = operation;
  if ((value === undefined) === (isDeletion === undefined))
    throw new TypeError('an operation has a value, or delete: true, and not both');
  const line = {
    ...keyFields(key),
    ...lineConditions(operation),
    ...(value === undefined ? { delete: isDeletion } : putFields(operation as PutOperation)),
  };
  const text = `${JSON.stringify(line)}\n`;
  return { operation, text, isIdempotent: !isConditional(operation) };
}

function putFields({ value, ttlMs, contentType, contentEncoding, meta }: PutOperation) {
  checkNumber('ttlMs', ttlMs, 1, Number.MAX_SAFE_INTEGER);
  const isText = typeof value === 'string' && !loneSurrogate.test(value);
  const content = isText ? { valueText: value } : { value: encodeBase64(valueBytes(value)) };
  return { ttlMs, contentType, contentEncoding, meta, ...content };
}

/** The fields of a request with the names of a line. Its versions have no quotes. */
function lineConditions(condition: Condition) {
  const fields = conditionFields(condition);
  return {
    ifMatch: fields['If-Match']?.replaceAll('"', ''),
    ifNoneMatch: fields['If-None-Match'],
  };
}

interface ResultFields extends ProblemFields {
  readonly status?: unknown;
  readonly version?: unknown;
  readonly existed?: unknown;
}

/** @throws EvenkeelError `protocol` if the line is not a result */
export function resultOf(operation: Operation, text: string): BatchResult {
  const fields = parse(text);
  const { status, version, existed } = fields;
  if (typeof version === 'string') return { kind: 'put', operation, version };
  if (typeof existed === 'boolean') return { kind: 'delete', operation, existed };
  if (status === 202) return { kind: 'delete', operation, existed: undefined };
  if (typeof status === 'number' && status >= 400)
    return { kind: 'failed', operation, error: problemError(status, fields) };
  throw notResult(text);
}

function parse(text: string): ResultFields {
  try {
    return JSON.parse(text) as ResultFields;
  } catch {
    throw notResult(text);
  }
}

function notResult(text: string): EvenkeelError {
  return new EvenkeelError(
    'protocol',
    `a line is not the result of an operation: ${text.slice(0, 64)}`,
  );
}
