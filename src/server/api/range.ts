/**
 * The two representations of a range. By default each entity is one chunk of the chunked transfer
 * coding, `<key>\n<value>`. NDJSON is for keys that hold a newline.
 */
import { isUtf8 } from 'node:buffer';
import type { Entity } from '../../store/store.js';
import type { RangeFormat } from './route.js';

const newline = Buffer.from('\n');

/** The pages of a range as chunks to send. */
export async function* rangeChunks(
  pages: AsyncIterable<readonly Entity[]>,
  format: RangeFormat,
): AsyncGenerator<Uint8Array[]> {
  for await (const page of pages) {
    if (format === 'chunks')
      yield page.map(({ key, value }) => Buffer.concat([key, newline, value]));
    // Lines need no chunk of their own: one chunk per page saves framing.
    else yield page.length === 0 ? [] : [Buffer.from(page.map(line).join(''))];
  }
}

/** `{"key": …, "value": base64}`; a key that is not UTF-8 comes as `keyBase64` instead. */
function line({ key, value }: Entity): string {
  const name = isUtf8(key)
    ? { key: asBuffer(key).toString() }
    : { keyBase64: asBuffer(key).toString('base64') };
  return `${JSON.stringify({ ...name, value: asBuffer(value).toString('base64') })}\n`;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
