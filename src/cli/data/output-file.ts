/** The file that an export writes, compressed if its name says so. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DataError } from './data-error.js';

/** Stands for standard input and output. */
export const standard = '-';

export function isGzip(file: string): boolean {
  return file.endsWith('.gz');
}

/**
 * Writes the pieces, at the pace of the disk or the reader. Resolves when they are on the disk. A
 * reader of standard output that is gone ends it in silence.
 * @param append keeps what the file holds: two streams of gzip in a row are one
 * @throws DataError if the file can't be written; what `pieces` throws
 */
export async function writePieces(
  file: string,
  append: boolean,
  pieces: AsyncIterable<Buffer>,
): Promise<void> {
  let isOutput = false;
  const target =
    file === standard
      ? process.stdout
      : createWriteStream(file, { flags: append ? 'a' : 'w', mode: 0o600, flush: true });
  target.once('error', () => {
    isOutput = true;
  });
  const options = { end: target !== process.stdout };
  try {
    if (isGzip(file)) await pipeline(pieces, createGzip(), target, options);
    else await pipeline(pieces, target, options);
  } catch (error) {
    if (!isOutput) throw error;
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    throw new DataError(`can't write ${file}: ${(error as Error).message}`, { cause: error });
  }
}
