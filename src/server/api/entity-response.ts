/** The response to a read of one entity: its value or a range of it, with what was kept of it. */
import { pieceBytes } from '../../config/limits.js';
import type { Entity, EntityFields } from '../../store/store.js';
import { selectBytes } from './byte-range.js';
import { contentFields, octetStream } from './content-fields.js';
import { decide } from './preconditions.js';
import { Problem } from './problem.js';
import type { ApiResponse, Headers } from './response.js';
import type { Command } from './route.js';

const nothing = Buffer.alloc(0);
const noHeaders: Headers = {};
/** Made once: a stack for each absent key would take time. */
const absent = new Problem(404, 'this id has no entity; PUT one first');

const plain: Headers = { ...contentFields(octetStream), 'Accept-Ranges': 'bytes' };

export interface EntityResponse extends ApiResponse {
  readonly content: Uint8Array;
}

/**
 * In the order of RFC 9110 § 13.2.2. An absent entity is a 404 whatever the conditions (§ 13.2.1).
 * @throws Problem 404, 412, 416
 */
export function entityResponse(
  entity: Entity | undefined,
  { preconditions, range }: Command & { kind: 'get' },
): EntityResponse {
  if (!entity) throw absent;
  const { value, version, expiresMs, fields } = entity;
  // RFC 9110 § 15.4.5: it says no more than the ETag, for the client has the rest.
  if (preconditions && decide(preconditions, version) === 'not modified')
    return { status: 304, headers: noHeaders, ownHeaders: undefined, version, content: nothing };
  const headers = fields ? keptHeaders(fields) : plain;
  const expires = expiresMs === undefined ? undefined : expiry(expiresMs);
  const bytes = range && selectBytes(range, version, value.length);
  if (!bytes) return { status: 200, headers, ownHeaders: expires, version, content: value };
  const { start, end } = bytes;
  const contentRange = { 'Content-Range': `bytes ${start}-${end - 1}/${value.length}` };
  return {
    status: 206,
    headers,
    ownHeaders: { ...expires, ...contentRange },
    version,
    content: part(value, start, end),
  };
}

/** A small part is copied: it would keep all of a large value in memory. */
function part(value: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = value.subarray(start, end);
  return value.length > pieceBytes && bytes.length <= pieceBytes ? Buffer.from(bytes) : bytes;
}

/** RFC 3339, in milliseconds. */
function expiry(expiresMs: number): Headers {
  return { 'Evenkeel-Expires': new Date(expiresMs).toISOString() };
}

/** Stores share the objects of equal fields. */
const headersOf = new WeakMap<EntityFields, Headers>();

function keptHeaders(fields: EntityFields): Headers {
  const known = headersOf.get(fields);
  if (known) return known;
  const { contentType, contentEncoding, meta = {} } = fields;
  const headers: Record<string, string> =
    contentType === undefined ? { ...plain } : page(contentType);
  if (contentEncoding !== undefined) headers['Content-Encoding'] = contentEncoding;
  for (const [name, value] of Object.entries(meta)) headers[`Evenkeel-Meta-${name}`] = value;
  headersOf.set(fields, headers);
  return headers;
}

/**
 * In a sandbox, for a client may have put a page, and a page of this server could read and write
 * the store.
 */
function page(contentType: string): Record<string, string> {
  return {
    ...contentFields(contentType),
    'Content-Security-Policy': 'sandbox',
    'Accept-Ranges': 'bytes',
  };
}
