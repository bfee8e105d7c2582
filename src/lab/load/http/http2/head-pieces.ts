/** A block of fields that may come in several frames, between which nothing else may come. */
import { ProtocolError } from '../protocol-error.js';
import { flags, unpadded } from './frames.js';

export const maxHeadBytes = 256 * 1024;

export interface Block {
  readonly streamId: number;
  /** Whether the stream ends with it. */
  readonly isLast: boolean;
  /** Not kept after the frame is read. */
  readonly bytes: Buffer;
}

export class HeadPieces {
  #begun: { readonly streamId: number; readonly isLast: boolean } | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** Whether only CONTINUATION may come. */
  get begun(): boolean {
    return this.#begun !== undefined;
  }

  /** Takes HEADERS. Returns the block if it is whole. @throws ProtocolError */
  begin(streamId: number, bits: number, bytes: Buffer, from: number, to: number) {
    const [begin, end] = unpadded(bits, bytes, from, to);
    const first = begin + ((bits & flags.priority) === 0 ? 0 : 5);
    this.#begun = { streamId, isLast: (bits & flags.endStream) !== 0 };
    return this.add(streamId, bits, bytes, Math.min(first, end), end);
  }

  /** Takes CONTINUATION. Returns the block if it is whole. @throws ProtocolError */
  add(id: number, bits: number, from: Buffer, begin: number, end: number): Block | undefined {
    const piece = from.subarray(begin, end);
    const begun = this.#begun;
    if (begun?.streamId !== id) throw new ProtocolError('a part of a head that never began');
    this.#bytes += piece.length;
    if (this.#bytes > maxHeadBytes)
      throw new ProtocolError(`a head of more than ${maxHeadBytes} bytes`);
    const isWhole = (bits & flags.endHeaders) !== 0;
    // The buffer is overwritten before the next frame.
    this.#pieces.push(isWhole ? piece : Buffer.from(piece));
    if (!isWhole) return undefined;
    const bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    this.#begun = undefined;
    return { ...begun, bytes };
  }
}
