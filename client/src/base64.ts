/**
 * Base64, by the fastest way that the platform has: its own methods of Uint8Array, Node's Buffer,
 * or `atob` and `btoa`, which every browser has.
 */

interface Base64Array {
  readonly fromBase64?: (text: string) => Uint8Array;
}
interface BufferLike {
  from(text: string, encoding: 'base64'): Uint8Array;
  from(bytes: ArrayBufferLike, offset: number, length: number): { toString(as: 'base64'): string };
}

const { fromBase64 } = Uint8Array as unknown as Base64Array;
const buffer = (globalThis as { Buffer?: BufferLike }).Buffer;

/** Arguments of one call: browsers take some 100 000. */
const pieceBytes = 32_768;

export const decodeBase64: (text: string) => Uint8Array =
  fromBase64?.bind(Uint8Array) ??
  (buffer
    ? (text) => plain(buffer.from(text, 'base64'))
    : (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));

export const encodeBase64: (bytes: Uint8Array) => string = buffer
  ? (bytes) => buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  : (bytes) => {
      let text = '';
      for (let at = 0; at < bytes.length; at += pieceBytes)
        text += String.fromCharCode(...bytes.subarray(at, at + pieceBytes));
      return btoa(text);
    };

/** Without Buffer's own methods, of which some differ: the same class on every platform. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}
