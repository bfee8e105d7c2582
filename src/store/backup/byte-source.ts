/** Takes as many bytes as are wanted from a stream that gives pieces of any length. */

export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Bytes that were taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The next bytes; fewer if the stream ends before. The memory stays as it is. */
  async take(bytes: number): Promise<Buffer> {
    if (this.#rest.length < bytes) await this.#fill(bytes);
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(taken.length);
    this.#offset += taken.length;
    return taken;
  }

  /** Gives the stream up. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #fill(bytes: number): Promise<void> {
    const pieces: Uint8Array[] = [this.#rest];
    let length = this.#rest.length;
    while (length < bytes) {
      const { value, done } = await this.#pieces.next();
      if (done) break;
      pieces.push(value);
      length += value.length;
    }
    this.#rest = Buffer.concat(pieces);
  }
}
