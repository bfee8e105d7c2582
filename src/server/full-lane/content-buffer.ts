/**
 * The content of a request as it comes. Pieces are copied into blocks: a Buffer for each piece
 * would cost some 400 bytes, which is a lot for a chunk of one byte.
 */
import { overloaded } from '../api/problem.js';
import type { Reservation } from '../connection/memory-budget.js';

const minBlockBytes = 4 * 1024;
const maxBlockBytes = 1024 * 1024;
/** Nobody knows how long it will be: past this, content is reserved as if it were the longest. */
const maxGrowingBytes = 1024 * 1024;
/** As much as one read brings. */
const landingBytes = 64 * 1024;

export class ContentBuffer {
  readonly #reservation: Reservation;
  readonly #maxBytes: number;
  readonly #blocks: Buffer[] = [];
  /** Bytes of all blocks, of those in use, and of those that were reserved. */
  #capacity = 0;
  #length = 0;
  #reserved: number;
  /** Bytes of one read that came while there was no memory for them. */
  #landing: Buffer | undefined;
  #landed = 0;
  /** Bytes in use of the last block. */
  #used = 0;

  /**
   * @param maxBytes no more is ever added
   * @param reserved whether so much is reserved already
   */
  constructor(reservation: Reservation, maxBytes: number, reserved: boolean) {
    this.#reservation = reservation;
    this.#maxBytes = maxBytes;
    this.#reserved = reserved ? maxBytes : 0;
    if (reserved) this.#addBlock(maxBytes);
  }

  get length(): number {
    return this.#length + this.#landed;
  }

  /**
   * Keeps a copy.
   * @returns undefined, or a promise that there is memory for it. Until then only what was read
   *   together with it may be added
   * @throws Problem 503; the promise too
   */
  add(piece: Uint8Array): undefined | Promise<void> {
    if (this.#landing) {
      this.#land(this.#landing, piece);
      return undefined;
    }
    const missing = this.#length + piece.length - this.#capacity;
    const block = missing > 0 ? this.#nextBlock(missing) : 0;
    const needed = this.#capacity + block - this.#reserved;
    if (needed > 0) {
      const isLong = this.#capacity + block > maxGrowingBytes;
      const bytes = isLong ? this.#maxBytes - this.#reserved : needed;
      if (!this.#reservation.tryTake(bytes)) return this.#wait(piece, bytes);
      this.#reserved += bytes;
    }
    this.#append(piece, block);
    return undefined;
  }

  async #wait(piece: Uint8Array, bytes: number): Promise<void> {
    this.#reservation.takeNow(landingBytes);
    const landing = Buffer.allocUnsafeSlow(landingBytes);
    this.#landing = landing;
    this.#land(landing, piece);
    await this.#reservation.reserve(bytes);
    this.#reserved += bytes;
    const landed = landing.subarray(0, this.#landed);
    this.#landing = undefined;
    this.#landed = 0;
    await this.add(landed);
    this.#reservation.give(landingBytes);
  }

  #land(landing: Buffer, piece: Uint8Array): void {
    if (this.#landed + piece.length > landing.length)
      throw overloaded('the content came faster than memory for it; try again later');
    landing.set(piece, this.#landed);
    this.#landed += piece.length;
  }

  /** All of it. It gives back the memory that it did not need. */
  finish(): Uint8Array[] {
    this.#reservation.give(this.#reserved - this.#capacity);
    const last = this.#blocks.length - 1;
    return this.#blocks.map((block, at) => (at === last ? block.subarray(0, this.#used) : block));
  }

  /** As large as all before it, so that blocks are few and little of the last one is unused. */
  #nextBlock(missing: number): number {
    const wished = Math.min(Math.max(this.#capacity, minBlockBytes), maxBlockBytes);
    return Math.min(Math.max(wished, missing), this.#maxBytes - this.#capacity);
  }

  /** @param next bytes of the block that is to be added for it; 0: there is room */
  #append(piece: Uint8Array, next: number): void {
    const last = this.#blocks.at(-1);
    const room = last ? last.length - this.#used : 0;
    const fits = Math.min(room, piece.length);
    if (last && fits > 0) last.set(piece.subarray(0, fits), this.#used);
    this.#used += fits;
    if (next > 0) {
      this.#addBlock(next);
      this.#blocks.at(-1)?.set(piece.subarray(fits));
      this.#used = piece.length - fits;
    }
    this.#length += piece.length;
  }

  #addBlock(bytes: number): void {
    // From no pool: the content may be held for long.
    this.#blocks.push(Buffer.allocUnsafeSlow(bytes));
    this.#capacity += bytes;
    this.#used = 0;
  }
}
