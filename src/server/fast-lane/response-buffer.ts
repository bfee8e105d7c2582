/** Gathers the responses of one connection as text: those of one turn leave in one write. */
import type { Socket } from 'node:net';
import type { ResponseFields } from '../api/response.js';
import type { ResponseHead } from '../connection/response-head.js';

/**
 * Content of up to so many bytes becomes text behind its head. Node writes a latin1 string of up to
 * 16 KiB from its stack, without a Buffer, and copies a longer one once.
 */
const maxBytesAsText = 8 * 1024;

export class ResponseBuffer {
  readonly #socket: Socket;
  readonly #responseHead: ResponseHead;
  /** Written by flush(), one character per byte (latin1). */
  #text = '';

  constructor(socket: Socket, responseHead: ResponseHead) {
    this.#socket = socket;
    this.#responseHead = responseHead;
  }

  /** Bytes that the kernel has not taken yet. */
  get unsentLength(): number {
    return this.#text.length + this.#socket.writableLength;
  }

  /** A response whose content is written behind it. */
  addHead(response: ResponseFields, contentLength: number, closes: boolean): void {
    this.#text += this.#responseHead.format(response, contentLength, closes);
  }

  /** @param closes whether it says that it is the last one */
  add(response: ResponseFields, content: Uint8Array, closes: boolean): void {
    this.#text += this.#responseHead.format(response, content.length, closes);
    if (content.length === 0) return;
    if (content.length <= maxBytesAsText) {
      this.#text += latin1(content);
      return;
    }
    this.#socket.cork();
    this.flush();
    this.#socket.write(content);
    this.#socket.uncork();
  }

  flush(): void {
    if (this.#text === '') return;
    if (!this.#socket.destroyed) this.#socket.write(this.#text, 'latin1');
    this.#text = '';
  }
}

function latin1(bytes: Uint8Array): string {
  const { buffer, byteOffset, length } = bytes;
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, length)).toString(
    'latin1',
  );
}
