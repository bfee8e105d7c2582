/** Files of /proc that are read over and over, so they stay open. */
import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.alloc(4096);

export class ProcFile {
  readonly #descriptor: number;

  /** @throws Error if there is none, or this user may not read it */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  /** @throws Error once its thread has ended */
  read(): string {
    return buffer.toString('latin1', 0, readSync(this.#descriptor, buffer, 0, buffer.length, 0));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** The file, or nothing where it may not be read. */
export function procFile(path: string): ProcFile | undefined {
  try {
    return new ProcFile(path);
  } catch {
    return undefined;
  }
}
