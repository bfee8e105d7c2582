/**
 * Bytes that come in pieces and are taken together. They are copied: a Buffer for each piece would
 * cost some 400 bytes, and hold the whole read that the piece is a part of.
 */

const minBytes = 256;
const nothing = Buffer.alloc(0);

export class GrowingBuffer {
  readonly #maxBytes: number;
  #block = nothing;
  #length = 0;

  /** @param maxBytes no more is ever added */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const end = this.#length + piece.length;
    if (end > this.#block.length) this.#grow(Math.max(end, 2 * this.#block.length, minBytes));
    this.#block.set(piece, this.#length);
    this.#length = end;
  }

  /** All bytes so far. It is empty again then. */
  take(): Buffer {
    const taken = this.#block.subarray(0, this.#length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#block = nothing;
    this.#length = 0;
  }

  #grow(bytes: number): void {
    // From no pool: the bytes may be held for long.
    const block = Buffer.allocUnsafeSlow(Math.min(bytes, this.#maxBytes));
    block.set(this.#block.subarray(0, this.#length));
    this.#block = block;
  }
}
