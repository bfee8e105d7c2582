/** From the response fields of one entity to what they say, and back from options to fields. */
import { defaultContentType, type EntityFields } from './entity.js';
import { EvenkeelError } from './error.js';
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

export function isConditional({ ifVersion, ifAbsent, ifPresent }: Condition): boolean {
  return ifVersion !== undefined || ifAbsent !== undefined || ifPresent !== undefined;
}

/** The request fields of a condition; none if the call has none. @throws TypeError */
export function conditionFields(condition: Condition): Record<string, string> {
  const { ifVersion, ifAbsent, ifPresent } = condition;
  const given = [ifVersion, ifAbsent, ifPresent].filter((value) => value !== undefined);
  if (given.length === 0) return {};
  if (given.length > 1)
    throw new TypeError('a call takes one of ifVersion, ifAbsent and ifPresent, got more');
  if (ifAbsent === true) return { 'If-None-Match': '*' };
  if (ifPresent === true) return { 'If-Match': '*' };
  if (typeof ifVersion === 'string' && /^[\x21\x23-\x7e]+$/.test(ifVersion))
    return { 'If-Match': `"${ifVersion}"` };
  throw new TypeError(
    `ifVersion is the version of an entity, ifAbsent and ifPresent are true, got ${given[0]}`,
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
