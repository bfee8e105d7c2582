/**
 * Pieces of whole lines as blocks that each can be the end of a file: the pieces themselves, or
 * whole members of gzip. If the disk fills, the file is cut behind the last whole block.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Lines of a member, in bytes: the dictionary that each begins without is small beside it. */
const memberBytes = 4 * 1024 * 1024;

export interface Block {
  readonly bytes: Buffer;
  /** The last of its pieces. */
  readonly last: Buffer;
}

export async function* plainBlocks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Block, void> {
  for await (const piece of pieces) yield { bytes: piece, last: piece };
}

export async function* gzipMembers(pieces: AsyncIterable<Buffer>): AsyncGenerator<Block, void> {
  let member: Buffer[] = [];
  let size = 0;
  const finish = async (last: Buffer) => {
    const bytes = await promisify(gzip)(Buffer.concat(member));
    member = [];
    size = 0;
    return { bytes, last };
  };
  let last: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    member.push(piece);
    size += piece.length;
    last = piece;
    if (size >= memberBytes) yield await finish(last);
  }
  // A file without lines is one of gzip too.
  yield await finish(last);
}

/** Where blocks end in a file, for the last that is whole and those that may not be. */
export class Ends {
  readonly #ends: { readonly end: number; readonly last: Buffer | undefined }[] = [
    { end: 0, last: undefined },
  ];
  #bytes = 0;

  /** @param written how many bytes are in the file for certain */
  async *noted(blocks: AsyncIterable<Block>, written: () => number): AsyncGenerator<Buffer, void> {
    for await (const { bytes, last } of blocks) {
      this.#bytes += bytes.length;
      this.#ends.push({ end: this.#bytes, last });
      const certain = written();
      for (let next = this.#ends[1]; next && next.end <= certain; next = this.#ends[1])
        this.#ends.shift();
      yield bytes;
    }
  }

  /** The last end within so many bytes of the file. */
  upTo(bytes: number): { readonly end: number; readonly last: Buffer | undefined } {
    return this.#ends.findLast(({ end }) => end <= bytes) ?? { end: 0, last: undefined };
  }
}
