/**
 * How far a copy is, in a file. It replaces its last state whole, so that a copy that is killed
 * leaves one that is right, and the same command goes on from there.
 */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { DataError } from '../data/data-error.js';
import { keyFromText, textOfKey } from '../data/key-text.js';

export interface CopyEnds {
  readonly from: string;
  readonly to: string;
}

export class CopyState {
  readonly #file: string;
  readonly #ends: CopyEnds;

  constructor(file: string, ends: CopyEnds) {
    this.#file = file;
    this.#ends = ends;
  }

  /** The key behind which the copy goes on; undefined: it begins. @throws DataError */
  async read(): Promise<Buffer | undefined> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw new DataError(`can't read the state ${this.#file}: ${message}`);
    }
    const { from, to, after } = this.#parse(text);
    if (from !== this.#ends.from || to !== this.#ends.to)
      throw new DataError(
        `${this.#file} is the state of a copy from ${from} to ${to}; ` +
          'name another file, or remove it',
      );
    return after;
  }

  /** @throws DataError */
  async write(last: Buffer): Promise<void> {
    const text = `${JSON.stringify({ ...this.#ends, after: textOfKey(last) })}\n`;
    const made = `${this.#file}.new`;
    try {
      const file = await open(made, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(made, this.#file);
    } catch (error) {
      throw new DataError(`can't write the state ${this.#file}: ${(error as Error).message}`);
    }
  }

  /** The copy is done. */
  async remove(): Promise<void> {
    await rm(this.#file, { force: true });
  }

  #parse(text: string): CopyEnds & { readonly after: Buffer } {
    try {
      const { from, to, after } = JSON.parse(text) as Record<string, unknown>;
      if (typeof from === 'string' && typeof to === 'string' && typeof after === 'string')
        return { from, to, after: keyFromText(after) };
    } catch {
      // It is not ours.
    }
    throw new DataError(
      `${this.#file} is not the state of a copy; name another file, or remove it`,
    );
  }
}
