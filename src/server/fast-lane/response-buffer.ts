/** The answers of one connection on their way out: gathered as text, so that those of a turn of the event loop leave in one write. */
import type { Socket } from 'node:net';
import type { Heads } from '../connection/response-head.js';

/**
 * Up to here content becomes text behind its head, to leave in one piece; in bytes. Node writes a latin1 string of up to 16 KiB from its
 * stack, without a Buffer; where more has gathered, the copy is still the only one.
 */
const mostAsText = 8 * 1024;

export class Outgoing {
  readonly #socket: Socket;
  readonly #heads: Heads;
  /** What flush() writes, one character a byte (latin1). */
  #text = '';

  constructor(socket: Socket, heads: Heads) {
    this.#socket = socket;
    this.#heads = heads;
  }

  get empty(): boolean {
    return this.#text === '';
  }

  /** In bytes: what is not with the kernel yet. */
  get unsentLength(): number {
    return this.#text.length + this.#socket.writableLength;
  }

  /** @param closes whether it says that it is the last one */
  add(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    closes: boolean,
  ): void {
    this.#text += this.#heads.head(status, headers, body.length, closes);
    if (body.length === 0) return;
    if (body.length <= mostAsText) {
      this.#text += latin1(body);
      return;
    }
    this.#socket.cork();
    this.flush();
    this.#socket.write(body);
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
