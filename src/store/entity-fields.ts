/**
 * The fields kept with a value, as bytes in its record: lines, one byte per character. The first is
 * the content type, the second the content coding. Then come the name and the value of each piece
 * of metadata. Without metadata, a second line that is empty is left out. A field value holds no
 * line end (RFC 9110 § 5.5), so a content type alone costs its own length.
 *
 * Most clients send the same few types again and again. Those are encoded and decoded once.
 */
import { maxFieldsBytes } from '../config/limits.js';
import type { EntityFields } from './store.js';

const text = /^[\t\x20-\x7e\x80-\xff]*$/;
const name = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** Encoded fields that are remembered, in each direction. */
const maxKnown = 256;
/** Longer ones are rarely sent twice. */
const maxKnownBytes = 128;

const encodedTypes = new Map<string, Buffer>();
/** By the hash of the bytes. */
const decoded: ({ readonly bytes: Buffer; readonly fields: EntityFields } | undefined)[] =
  new Array(maxKnown).fill(undefined);

/**
 * The bytes of the fields; undefined: there are none.
 * @throws TypeError if they are not field values, or are too long
 */
export function encodeFields(fields: EntityFields | undefined): Buffer | undefined {
  if (fields === undefined) return undefined;
  const { contentType = '', contentEncoding = '', meta } = fields;
  if (meta !== undefined || contentEncoding !== '')
    return encode(contentType, contentEncoding, meta);
  const known = encodedTypes.get(contentType);
  if (known) return known;
  const bytes = encode(contentType, contentEncoding, meta);
  if (bytes && bytes.length <= maxKnownBytes) {
    if (encodedTypes.size === maxKnown) encodedTypes.clear();
    encodedTypes.set(contentType, bytes);
  }
  return bytes;
}

function encode(
  contentType: string,
  contentEncoding: string,
  meta: EntityFields['meta'] = {},
): Buffer | undefined {
  const lines = [contentType, contentEncoding];
  for (const [key, value] of Object.entries(meta)) {
    if (!name.test(key)) throw new TypeError(`a name of metadata is a token, got ${quoted(key)}`);
    lines.push(key, value);
  }
  for (const line of lines)
    if (!text.test(line)) throw new TypeError(`a field kept is a field value, got ${quoted(line)}`);
  if (lines.length === 2 && contentEncoding === '') lines.length = contentType === '' ? 0 : 1;
  if (lines.length === 0) return undefined;
  const bytes = Buffer.from(lines.join('\n'), 'latin1');
  if (bytes.length > maxFieldsBytes)
    throw new TypeError(`fields of at most ${maxFieldsBytes} bytes are kept, got ${bytes.length}`);
  return bytes;
}

/** The fields in `bytes[start, end)`, which {@link encodeFields} made. */
export function decodeFields(bytes: Buffer, start: number, end: number): EntityFields | undefined {
  if (start === end) return undefined;
  if (end - start > maxKnownBytes) return decode(bytes.toString('latin1', start, end));
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  const place = (hash ^ (hash >>> 8)) & (maxKnown - 1);
  const known = decoded[place];
  if (known && isSame(known.bytes, bytes, start, end)) return known.fields;
  const lines = bytes.toString('latin1', start, end);
  const fields = decode(lines);
  decoded[place] = { bytes: Buffer.from(lines, 'latin1'), fields };
  return fields;
}

function isSame(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}

function decode(lines: string): EntityFields {
  const [contentType = '', contentEncoding = '', ...rest] = lines.split('\n');
  const meta: [string, string][] = [];
  for (let at = 0; at < rest.length; at += 2) meta.push([rest[at] ?? '', rest[at + 1] ?? '']);
  return Object.freeze({
    ...(contentType !== '' && { contentType }),
    ...(contentEncoding !== '' && { contentEncoding }),
    ...(meta.length > 0 && { meta: Object.freeze(Object.fromEntries(meta)) }),
  });
}

function quoted(part: string): string {
  return JSON.stringify(part.slice(0, 64));
}
