/**
 * The two representations of a range, as the bytes to send. By default each entity is one chunk of
 * the chunked transfer coding, `<key>\n<value>`. NDJSON is for keys that hold a newline.
 *
 * The chunks are framed here, a page in one buffer: a chunk of `node:http` takes three buffers,
 * which cost more than reading the entity does.
 */
import { isUtf8 } from 'node:buffer';
import { pieceBytes } from '../../config/limits.js';
import type { Allowance, Entity } from '../../store/store.js';
import type { RangeFormat } from './route.js';

const lastChunk = Buffer.from('0\r\n\r\n');
const crlf = Buffer.from('\r\n');
const newline = 0x0a;

/** The content of a range. A client of HTTP/1.0 takes it without chunks. */
export type RangeContent = (isChunked: boolean) => AsyncIterable<Uint8Array>;

/**
 * The bytes of each page, or pieces of a value that is large. An empty page has none.
 * @param allowance asked for a slice before each piece, and given the memory of a large value back
 */
export async function* rangeBytes(
  pages: AsyncIterable<readonly Entity[]>,
  format: RangeFormat,
  isChunked: boolean,
  allowance: Allowance,
): AsyncGenerator<Uint8Array> {
  for await (const page of pages) {
    let from = 0;
    for (const [index, entity] of page.entries()) {
      if (entity.value.length <= pieceBytes) continue;
      if (index > from) yield encodePage(page.slice(from, index), format, isChunked);
      yield* largeEntity(entity, format, isChunked, allowance);
      allowance.give(entity.value.length);
      from = index + 1;
    }
    if (from < page.length) yield encodePage(page.slice(from), format, isChunked);
  }
  if (isChunked) yield lastChunk;
}

function encodePage(page: readonly Entity[], format: RangeFormat, isChunked: boolean): Buffer {
  if (format === 'ndjson') {
    // Lines need no chunk of their own: one chunk per page saves framing.
    const lines = page.map(({ key, value }) => `${lineStart(key)}${base64(value)}${lineEnd}`);
    return framed(lines.join(''), isChunked);
  }
  let bytes = 0;
  for (const { key, value } of page) bytes += maxFrameBytes + key.length + 1 + value.length;
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { key, value } of page) {
    if (isChunked) at += buffer.write(chunkHead(key.length + 1 + value.length), at, 'latin1');
    buffer.set(key, at);
    at += key.length;
    buffer[at++] = newline;
    buffer.set(value, at);
    at += value.length;
    if (isChunked) at += buffer.write('\r\n', at, 'latin1');
  }
  return buffer.subarray(0, at);
}

/** One entity, still in one chunk or line, in pieces that are short to copy. */
async function* largeEntity(
  { key, value }: Entity,
  format: RangeFormat,
  isChunked: boolean,
  allowance: Allowance,
): AsyncGenerator<Uint8Array> {
  if (format === 'ndjson') {
    yield framed(lineStart(key), isChunked);
    for (const piece of pieces(value, base64Bytes)) {
      await allowance.slice();
      yield framed(base64(piece), isChunked);
    }
    yield framed(lineEnd, isChunked);
    return;
  }
  if (isChunked) yield Buffer.from(chunkHead(key.length + 1 + value.length));
  yield Buffer.concat([key, Buffer.of(newline)]);
  for (const piece of pieces(value, pieceBytes)) {
    await allowance.slice();
    yield piece;
  }
  if (isChunked) yield crlf;
}

/** Base64 of pieces can be joined if each but the last has a multiple of three bytes. */
const base64Bytes = pieceBytes - (pieceBytes % 3);
/** Hexadecimal digits of the longest chunk, and two line ends. */
const maxFrameBytes = 8 + 2 + 2;

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function chunkHead(length: number): string {
  return `${length.toString(16)}\r\n`;
}

/** A chunk of its own. */
function framed(text: string, isChunked: boolean): Buffer {
  return Buffer.from(isChunked ? `${chunkHead(Buffer.byteLength(text))}${text}\r\n` : text);
}

/** `{"key": …, "value": base64}`; a key that is not UTF-8 comes as `keyBase64` instead. */
function lineStart(key: Uint8Array): string {
  const name = isUtf8(key)
    ? `"key":${JSON.stringify(asBuffer(key).toString())}`
    : `"keyBase64":"${base64(key)}"`;
  return `{${name},"value":"`;
}

const lineEnd = '"}\n';

function base64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
