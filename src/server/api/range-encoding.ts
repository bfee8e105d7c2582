/**
 * The two representations of a range. By default each entity is one chunk of the chunked transfer
 * coding, `<key>\n<value>`, and a key alone is `<key>\n`. NDJSON is for keys that hold a newline.
 *
 * The chunks are framed here, a page in one buffer: a chunk of `node:http` takes three buffers,
 * which cost more than reading the entity does.
 */
import { isUtf8 } from 'node:buffer';
import type { Entity } from '../../store/store.js';
import type { RangeFormat } from './route.js';

export const lastChunk = Buffer.from('0\r\n\r\n');
export const chunkEnd = Buffer.from('\r\n');
export const lineEnd = '"}\n';
const newline = 0x0a;
const hexDigits = Buffer.from('0123456789abcdef');
/** Text that is the same in JSON, between quotes. */
const isPlain = /^[\x20!#-[\]-~]*$/;
/** Hexadecimal digits of the longest chunk, and two line ends. */
const maxFrameBytes = 8 + 2 + 2;

/** A page of entities, none of them large. */
export function encodeEntities(
  page: readonly Entity[],
  format: RangeFormat,
  isChunked: boolean,
): Buffer {
  if (format === 'ndjson') {
    // Lines need no chunk of their own: one chunk per page saves framing.
    const lines = page.map((entity) => lineStart(entity) + base64(entity.value) + lineEnd);
    return framed(lines.join(''), isChunked);
  }
  let bytes = 0;
  for (const { key, value } of page) bytes += maxFrameBytes + key.length + 1 + value.length;
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { key, value } of page) {
    if (isChunked) at = writeChunkHead(buffer, at, key.length + 1 + value.length);
    buffer.set(key, at);
    at += key.length;
    buffer[at++] = newline;
    buffer.set(value, at);
    at += value.length;
    if (isChunked) at = writeLineEnd(buffer, at);
  }
  return buffer.subarray(0, at);
}

/** A page of keys alone. */
export function encodeKeys(
  page: readonly Uint8Array[],
  format: RangeFormat,
  isChunked: boolean,
): Buffer {
  if (format === 'ndjson')
    return framed(page.map((key) => `{${jsonKey(key)}}\n`).join(''), isChunked);
  let bytes = 0;
  for (const key of page) bytes += maxFrameBytes + key.length + 1;
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const key of page) {
    if (isChunked) at = writeChunkHead(buffer, at, key.length + 1);
    buffer.set(key, at);
    at += key.length;
    buffer[at++] = newline;
    if (isChunked) at = writeLineEnd(buffer, at);
  }
  return buffer.subarray(0, at);
}

/** The same as chunkHead, byte by byte: a string for each small entity would cost more than it. */
function writeChunkHead(buffer: Buffer, at: number, length: number): number {
  let digits = 1;
  while (length >>> (4 * digits) > 0) digits++;
  let position = at;
  while (digits > 0) buffer[position++] = hexDigits[(length >>> (4 * --digits)) & 0xf] as number;
  return writeLineEnd(buffer, position);
}

function writeLineEnd(buffer: Buffer, at: number): number {
  buffer[at] = 0x0d;
  buffer[at + 1] = newline;
  return at + 2;
}

export function chunkHead(length: number): string {
  return `${length.toString(16)}\r\n`;
}

/** A chunk of its own. */
export function framed(text: string, isChunked: boolean): Buffer {
  return Buffer.from(isChunked ? `${chunkHead(Buffer.byteLength(text))}${text}\r\n` : text);
}

/**
 * A line up to the value, which comes last because it may be long. The version is text, as in the
 * ETag: JSON's numbers are not exact everywhere.
 */
export function lineStart({ key, version, expiresMs, fields }: Entity): string {
  let line = `{${jsonKey(key)},"version":"${version}",`;
  if (expiresMs !== undefined) line += `"expires":"${new Date(expiresMs).toISOString()}",`;
  for (const [name, field] of Object.entries(fields ?? {}))
    line += `"${name}":${JSON.stringify(field)},`;
  return `${line}"value":"`;
}

export function base64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

/** A key that is not UTF-8 comes as base64. */
function jsonKey(key: Uint8Array): string {
  const text = asBuffer(key).toString('latin1');
  if (isPlain.test(text)) return `"key":"${text}"`;
  return isUtf8(key)
    ? `"key":${JSON.stringify(asBuffer(key).toString())}`
    : `"keyBase64":"${base64(key)}"`;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
