/** From the response fields of one entity to what they say, and back from options to fields. */
import { defaultContentType, type EntityFields } from './entity.js';
import { EvenkeelError } from './error.js';
import { utf8Text } from './key.js';
import type { Condition, PutOptions } from './options.js';

const metaPrefix = 'evenkeel-meta-';

/** @throws EvenkeelError `protocol` if there is none */
export function etagOf(headers: Headers): string {
  const match = /^(?:W\/)?"(.+)"$/.exec(headers.get('etag') ?? '');
  if (match?.[1] !== undefined) return match[1];
  throw new EvenkeelError(
    'protocol',
    'the response has no ETag; does a proxy take it away, or a CORS rule hide it?',
  );
}

/** An entity, as the fields of a response tell it. @throws EvenkeelError `protocol` */
export function fieldsOf(headers: Headers): EntityFields {
  const expires = headers.get('evenkeel-expires');
  const meta: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith(metaPrefix)) meta[name.slice(metaPrefix.length)] = value;
  });
  return {
    version: etagOf(headers),
    expiresAt: expires === null ? undefined : new Date(expires),
    contentType: headers.get('content-type') ?? defaultContentType,
    contentEncoding: headers.get('content-encoding') ?? undefined,
    meta,
  };
}

/** How many entities a deletion of a range removed. @throws EvenkeelError `protocol` */
export function deletedOf(content: Uint8Array): number {
  const match = /^{"deleted":(\d+)}\s*$/.exec(utf8Text(content) ?? '');
  if (match) return Number(match[1]);
  throw new EvenkeelError('protocol', 'the response does not say how many entities were deleted');
}

const conditions = ['ifVersion', 'ifAbsent', 'ifPresent'] as const;

export function isConditional(condition: Condition): boolean {
  return conditions.some((name) => name in condition);
}

/**
 * The request fields of a condition; none if the call has none.
 * @throws TypeError also if one is undefined: the write would be done in any case
 */
export function conditionFields(condition: Condition): Record<string, string> {
  const [name, ...more] = conditions.filter((name) => name in condition);
  if (name === undefined) return {};
  if (more.length > 0) throw new TypeError(`a write has one condition, got ${name} and ${more}`);
  const value = condition[name];
  if (name === 'ifVersion') {
    if (typeof value === 'string' && /^[\x21\x23-\x7e]+$/.test(value))
      return { 'If-Match': `"${value}"` };
  } else if (value === true) return { [name === 'ifAbsent' ? 'If-None-Match' : 'If-Match']: '*' };
  throw new TypeError(
    `${name} is ${name === 'ifVersion' ? 'the version of an entity' : 'true'}, got ${value}; ` +
      'leave it out for a write without a condition',
  );
}

/** The request fields of what is kept with a value. */
export function keptFields({ contentType, contentEncoding, meta }: PutOptions) {
  const fields: Record<string, string> = {};
  if (contentType !== undefined) fields['Content-Type'] = contentType;
  if (contentEncoding !== undefined) fields['Content-Encoding'] = contentEncoding;
  for (const [name, value] of Object.entries(meta ?? {})) fields[metaPrefix + name] = value;
  return fields;
}
