/** From the calls of the port to writes. A misuse of the port is a TypeError. */
import { maxAtomicBytes, maxAtomicOperations, maxConditionVersions } from '../../config/limits.js';
import { checkKey, checkLoaded, checkTtl, checkValue } from '../checks.js';
import { encodeFields } from '../entity-fields.js';
import type { Condition, Entity, Operation, PutOptions, WriteOptions } from '../store.js';
import {
  type Delete,
  maxFrameBytes,
  maxFrameWrites,
  type Put,
  type Write,
  writeBytes,
} from './write/write.js';

/** @param now milliseconds since 1970 */
export function putOf(
  key: Uint8Array,
  value: readonly Uint8Array[],
  { ttlMs, fields, condition }: PutOptions,
  now: () => number,
): Put {
  checkKey(key);
  checkValue(value);
  checkTtl(ttlMs);
  checkCondition(condition);
  const expiresMs = ttlMs === undefined ? undefined : Math.ceil(now()) + ttlMs;
  return { key, value, expiresMs, fields: encodeFields(fields), condition };
}

export function deleteOf(key: Uint8Array, { condition }: WriteOptions): Delete {
  checkKey(key);
  checkCondition(condition);
  return { key, value: undefined, condition };
}

/** The writes of entities that another store had, in batches. */
export function* batchesOf(entities: readonly Entity[]): Generator<readonly Put[]> {
  let batch: Put[] = [];
  let bytes = 0;
  for (const entity of entities) {
    checkLoaded(entity);
    const { key, value, version, expiresMs, fields } = entity;
    const condition = { kind: 'not-newer', version } as const;
    const put = {
      key,
      value: [value],
      version,
      expiresMs,
      fields: encodeFields(fields),
      condition,
    };
    bytes += writeBytes(put);
    if (batch.length === maxFrameWrites || (batch.length > 0 && bytes > maxFrameBytes)) {
      yield batch;
      batch = [];
      bytes = writeBytes(put);
    }
    batch.push(put);
  }
  if (batch.length > 0) yield batch;
}

/** The writes of an atomic batch. */
export function writesOf(operations: readonly Operation[], now: () => number): Write[] {
  if (operations.length > maxAtomicOperations)
    throw new TypeError(
      `a batch has at most ${maxAtomicOperations} operations, got ${operations.length}`,
    );
  const writes = operations.map((operation) =>
    operation.kind === 'put'
      ? putOf(operation.key, operation.value, operation.options ?? {}, now)
      : deleteOf(operation.key, operation.options ?? {}),
  );
  let bytes = 0;
  for (const { key, value } of writes) {
    bytes += key.length;
    if (value === undefined) continue;
    for (const piece of value) bytes += piece.length;
  }
  if (bytes > maxAtomicBytes)
    throw new TypeError(
      `a batch has keys and values of at most ${maxAtomicBytes} bytes, got ${bytes}`,
    );
  return writes;
}

function checkCondition(condition: Condition | undefined): void {
  if (condition?.kind !== 'version') return;
  const { versions } = condition;
  if (versions.length > maxConditionVersions)
    throw new TypeError(
      `a condition names at most ${maxConditionVersions} versions, got ${versions.length}`,
    );
}
