/** One file of /proc, kept open and read from its beginning each time. */
import { closeSync, openSync, readSync } from 'node:fs';

export class ProcFile {
  readonly #descriptor: number;
  static readonly #memory = Buffer.alloc(4096);

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  read(): string {
    const length = readSync(this.#descriptor, ProcFile.#memory, 0, ProcFile.#memory.length, 0);
    return ProcFile.#memory.toString('latin1', 0, length);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
