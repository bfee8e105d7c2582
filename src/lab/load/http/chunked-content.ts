/** Content in the chunked transfer coding (RFC 9112, 7.1): where it ends, without its framing. */
import { ProtocolError } from './protocol-error.js';

/** A line of framing: a chunk's size with its extensions, or a trailer field. */
const maxLineBytes = 16 * 1024;
const lf = 10;

type State = 'size' | 'data' | 'data-end' | 'trailer' | 'done';

export class ChunkedContent {
  #state: State = 'done';
  #left = 0;
  #line = '';

  begin(): void {
    this.#state = 'size';
    this.#line = '';
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Reads from `at`, hands content on, and returns where it stopped. @throws ProtocolError */
  feed(
    bytes: Buffer,
    at: number,
    length: number,
    content: (bytes: Buffer, from: number, to: number) => void,
  ): number {
    let from = at;
    while (from < length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const taken = Math.min(this.#left, length - from);
        content(bytes, from, from + taken);
        from += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#state = 'data-end';
        continue;
      }
      const end = bytes.indexOf(lf, from);
      const stop = end === -1 || end >= length ? length : end + 1;
      this.#line += bytes.toString('latin1', from, stop);
      from = stop;
      if (this.#line.length > maxLineBytes)
        throw new ProtocolError('a line of chunk framing that does not end', this.#line);
      if (this.#line.endsWith('\n')) this.#endOfLine(this.#line.replace(/\r?\n$/, ''));
    }
    return from;
  }

  #endOfLine(line: string): void {
    this.#line = '';
    if (this.#state === 'trailer') {
      if (line === '') this.#state = 'done';
    } else if (this.#state === 'data-end') {
      if (line !== '') throw new ProtocolError('a chunk longer than its size', line);
      this.#state = 'size';
    } else {
      const [, digits] = /^([0-9a-fA-F]{1,12})[ \t]*(?:;|$)/.exec(line) ?? [];
      if (digits === undefined) throw new ProtocolError('a bad chunk size', line);
      this.#left = Number.parseInt(digits, 16);
      this.#state = this.#left === 0 ? 'trailer' : 'data';
    }
  }
}
