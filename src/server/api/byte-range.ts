/**
 * A range of a value's bytes (RFC 9110 § 14). One range is honoured. Several, another unit and a
 * malformed field are ignored, as § 14.2 allows: the response is the whole.
 */
import type { FieldsOf } from './operations.js';
import { type EntityTag, entityTag } from './preconditions.js';
import { Problem } from './problem.js';

/** Either from `first` on, up to `last` if there is one; or the last `suffix` bytes. */
export type ByteRange =
  | { readonly first: number; readonly last?: number }
  | { readonly suffix: number };

export interface RequestedRange {
  readonly bytes: ByteRange;
  /** If-Range: the range is meant for this version alone, or for none that can be here. */
  readonly onlyOf?: EntityTag | 'another';
}

/** The range that a GET asks for. */
export function requestedRange(fields: FieldsOf<'get'>): RequestedRange | undefined {
  const bytes = fields.range === undefined ? undefined : parseRange(String(fields.range));
  if (!bytes) return undefined;
  const validator = fields['if-range'];
  if (validator === undefined) return { bytes };
  // A date is another: entities have no Last-Modified.
  return { bytes, onlyOf: entityTag(String(validator)) ?? 'another' };
}

/**
 * The bytes to send of `length`, the end excluded. Undefined: the range is ignored.
 * @throws Problem 416
 */
export function selectBytes(
  { bytes, onlyOf }: RequestedRange,
  version: number,
  length: number,
): { readonly start: number; readonly end: number } | undefined {
  // If-Range compares strongly (§ 13.1.5).
  if (onlyOf && (onlyOf === 'another' || onlyOf.isWeak || onlyOf.version !== version))
    return undefined;
  if ('suffix' in bytes) {
    if (bytes.suffix === 0) throw notSatisfiable(length);
    // No Content-Range can say that nothing is a part of nothing.
    return length === 0 ? undefined : { start: Math.max(0, length - bytes.suffix), end: length };
  }
  if (bytes.first >= length) throw notSatisfiable(length);
  return { start: bytes.first, end: Math.min(length, (bytes.last ?? length) + 1) };
}

const oneRange = /^bytes=[ \t]*(?:([0-9]+)-([0-9]*)|-([0-9]+))[ \t]*$/i;

function parseRange(text: string): ByteRange | undefined {
  const match = oneRange.exec(text);
  if (!match) return undefined;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) return { suffix: Number(suffix) };
  if (!last) return { first: Number(first) };
  return Number(last) < Number(first) ? undefined : { first: Number(first), last: Number(last) };
}

function notSatisfiable(length: number): Problem {
  return new Problem(
    416,
    `the range begins behind the value, which has ${length} bytes; ask for less, or for the whole`,
    { headers: { 'Content-Range': `bytes */${length}` } },
  );
}
