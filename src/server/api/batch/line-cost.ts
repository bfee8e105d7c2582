/** The memory of a line under way, which is also its share of the store's queue. */
import type { EntityFields, Operation } from '../../../store/store.js';
import { Problem } from '../problem.js';

/** For a line, its promise and its result, besides its bytes. */
export const bytesPerLine = 512;

/** @param operation a Problem: the line is refused */
export function costOf(operation: Operation | Problem): number {
  if (operation instanceof Problem) return bytesPerLine + operation.message.length;
  const fields = operation.kind === 'put' ? operation.options?.fields : undefined;
  return bytesPerLine + entityBytes(operation) + (fields ? fieldsBytes(fields) : 0);
}

/** Bytes of the key and the value. */
export function entityBytes(operation: Operation): number {
  return operation.key.length + valueBytes(operation);
}

export function valueBytes(operation: Operation): number {
  let bytes = 0;
  if (operation.kind === 'put') for (const piece of operation.value) bytes += piece.length;
  return bytes;
}

function fieldsBytes({ contentType = '', contentEncoding = '', meta = {} }: EntityFields): number {
  let bytes = contentType.length + contentEncoding.length;
  for (const [name, value] of Object.entries(meta)) bytes += name.length + value.length;
  return bytes;
}
