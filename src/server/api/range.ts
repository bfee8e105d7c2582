/**
 * The content of a range, as the reader takes it: each page in one buffer, and a large value in
 * pieces.
 */
import { pieceBytes } from '../../config/limits.js';
import type { Allowance, Entity } from '../../store/store.js';
import {
  base64,
  chunkEnd,
  chunkHead,
  encodeEntities,
  encodeKeys,
  framed,
  lastChunk,
  lineEnd,
  lineStart,
} from './range-encoding.js';
import type { RangeFormat } from './route.js';

const newline = Buffer.from('\n');
/** Base64 of pieces can be joined if each but the last has a multiple of three bytes. */
const base64Bytes = pieceBytes - (pieceBytes % 3);

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
      if (index > from) yield encodeEntities(page.slice(from, index), format, isChunked);
      yield* largeEntity(entity, format, isChunked, allowance);
      allowance.give(entity.value.length);
      from = index + 1;
    }
    if (from < page.length) yield encodeEntities(page.slice(from), format, isChunked);
  }
  if (isChunked) yield lastChunk;
}

/** The same of a range of keys alone. */
export async function* keyBytes(
  pages: AsyncIterable<readonly Uint8Array[]>,
  format: RangeFormat,
  isChunked: boolean,
): AsyncGenerator<Uint8Array> {
  for await (const page of pages) if (page.length > 0) yield encodeKeys(page, format, isChunked);
  if (isChunked) yield lastChunk;
}

/** One entity, still in one chunk or line, in pieces that are short to copy. */
async function* largeEntity(
  entity: Entity,
  format: RangeFormat,
  isChunked: boolean,
  allowance: Allowance,
): AsyncGenerator<Uint8Array> {
  const { key, value } = entity;
  if (format === 'ndjson') {
    yield framed(lineStart(entity), isChunked);
    for (const piece of pieces(value, base64Bytes)) {
      await allowance.slice();
      yield framed(base64(piece), isChunked);
    }
    yield framed(lineEnd, isChunked);
    return;
  }
  if (isChunked) yield Buffer.from(chunkHead(key.length + 1 + value.length));
  yield Buffer.concat([key, newline]);
  for (const piece of pieces(value, pieceBytes)) {
    await allowance.slice();
    yield piece;
  }
  if (isChunked) yield chunkEnd;
}

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}
