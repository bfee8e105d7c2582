/**
 * The request fields of a PUT that are kept with the value, and come back with it. All that is kept
 * is checked here, so that a response never has a field that HTTP does not allow.
 */
import { maxKeptFieldBytes, maxMetaBytes, maxMetaFields } from '../../config/limits.js';
import type { EntityFields } from '../../store/store.js';
import { octetStream } from './content-fields.js';
import type { FieldsOf } from './operations.js';
import { Problem, quote } from './problem.js';

/** How the names of a client's own fields begin, in lower case. */
export const metaPrefix = 'evenkeel-meta-';

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const quoted =
  '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"';
/** RFC 9110 § 8.3.1, which allows empty parameters (§ 5.6.6). */
const mediaType = new RegExp(
  `^${token}/${token}(?:[ \\t]*;(?:[ \\t]*${token}=(?:${token}|${quoted}))?)*$`,
);
const codings = new RegExp(`^${token}(?:[ \\t]*,[ \\t]*${token})*$`);
/** RFC 9110 § 5.5. */
const fieldValue = /^(?:[\x21-\x7e\x80-\xff](?:[\t \x21-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/**
 * Undefined if there is nothing to keep: the default type is not kept.
 * @throws Problem 400 on a malformed field, 431 on one that is too long
 */
export function keptFields(fields: FieldsOf<'put'>): EntityFields | undefined {
  const contentType = typeOf(fields['content-type']);
  const contentEncoding = codingOf(fields['content-encoding']);
  const meta = metaOf(fields);
  if (contentType === undefined && contentEncoding === undefined && !meta) return undefined;
  return {
    ...(contentType !== undefined && { contentType }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(meta && { meta }),
  };
}

type FieldValue = string | readonly string[] | undefined;

function typeOf(value: FieldValue): string | undefined {
  if (value === undefined) return undefined;
  const text = checked('content-type', value, mediaType, 'one media type, for example text/plain');
  return text.toLowerCase() === octetStream ? undefined : text;
}

function codingOf(value: FieldValue): string | undefined {
  if (value === undefined) return undefined;
  return checked('content-encoding', value, codings, 'a list of codings, for example gzip');
}

function checked(name: string, value: string | readonly string[], form: RegExp, what: string) {
  const text = String(value);
  if (text.length > maxKeptFieldBytes)
    throw new Problem(
      431,
      `the field ${name} has ${text.length} bytes, and at most ${maxKeptFieldBytes} are kept; ` +
        'shorten it',
    );
  if (form.test(text)) return text;
  throw new Problem(400, `the field ${name} is ${what}, got ${quote(text)}`);
}

function metaOf(fields: FieldsOf<'put'>): Readonly<Record<string, string>> | undefined {
  const kept: [name: string, value: string][] = [];
  let bytes = 0;
  for (const [field, value] of Object.entries(fields)) {
    if (!field.startsWith(metaPrefix)) continue;
    const name = field.slice(metaPrefix.length);
    const text = String(value);
    if (name === '')
      throw new Problem(400, `a field ${metaPrefix}… has a name of its own behind the last hyphen`);
    if (!fieldValue.test(text))
      throw new Problem(
        400,
        `the field ${field} has a byte that no field may have: ${quote(text)}`,
      );
    bytes += name.length + text.length;
    kept.push([name, text]);
  }
  if (kept.length > maxMetaFields)
    throw new Problem(
      431,
      `the request has ${kept.length} fields ${metaPrefix}…, and at most ${maxMetaFields} are ` +
        'kept; send fewer',
    );
  if (bytes > maxMetaBytes)
    throw new Problem(
      431,
      `the names behind ${metaPrefix} and their values have ${bytes} bytes in all, and at most ` +
        `${maxMetaBytes} are kept; send less, or put it into the value`,
    );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
