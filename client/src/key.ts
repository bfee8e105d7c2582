/** Keys, and how the wire spells them: percent-encoded in a query, or in a line of NDJSON. */
import { decodeBase64, encodeBase64 } from './base64.js';

/** 1 to 1024 bytes. A string stands for its UTF-8 bytes. */
export type Key = string | Uint8Array;

/** A key in a line of NDJSON: one of the two. */
export interface KeyFields {
  readonly key?: string;
  readonly keyBase64?: string;
}

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const loneSurrogate = /\p{Surrogate}/u;

/**
 * The UTF-8 bytes of a text.
 * @param what names the text in the error
 * @throws TypeError if it has a lone surrogate, which no UTF-8 stands for: another text would be
 *   stored
 */
export function utf8Bytes(text: string, what: string): Uint8Array {
  if (loneSurrogate.test(text))
    throw new TypeError(`${what} has a lone surrogate, which UTF-8 cannot hold; give it as bytes`);
  return utf8.encode(text);
}

/** The text of UTF-8 bytes, or undefined if they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** @throws TypeError if it is not a key at all; how long a key may be is the server's to say */
export function checkKey(key: Key): void {
  if (typeof key !== 'string' && !(key instanceof Uint8Array))
    throw new TypeError(`a key is a string or a Uint8Array, got ${typeof key}`);
  if (key.length === 0) throw new TypeError('a key has at least one byte, got an empty one');
  if (typeof key === 'string' && loneSurrogate.test(key))
    throw new TypeError('a key has a lone surrogate, which UTF-8 cannot hold; give it as bytes');
}

/** As the value of a query parameter. */
export function encodeKey(key: Key): string {
  checkKey(key);
  if (typeof key === 'string') return encodeURIComponent(key);
  let text = '';
  for (const byte of key) text += escapes[byte];
  return text;
}

const escapes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[\w.~-]/.test(character)
    ? character
    : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
});

export function keyFields(key: Key): KeyFields {
  checkKey(key);
  return typeof key === 'string' ? { key } : { keyBase64: encodeBase64(key) };
}

/** The bytes of a key in a line. @throws TypeError if the line has none */
export function keyOfFields({ key, keyBase64 }: KeyFields): Uint8Array {
  if (typeof key === 'string') return utf8.encode(key);
  if (typeof keyBase64 === 'string') return decodeBase64(keyBase64);
  throw new TypeError('the line has neither a key nor a keyBase64');
}
