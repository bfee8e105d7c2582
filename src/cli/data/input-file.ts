/** The file that an import reads, decompressed if its name says so. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { DataError } from './data-error.js';
import { isGzip, nameOf } from './output-file.js';
import { standard } from './standard.js';

const readBytes = 256 * 1024;

/** Its bytes, at the pace at which they are taken. @throws DataError if it can't be read */
export async function* readPieces(file: string): AsyncGenerator<Buffer, void> {
  const raw =
    file === standard ? process.stdin : createReadStream(file, { highWaterMark: readBytes });
  try {
    for await (const piece of isGzip(file) ? decompressed(raw) : raw) yield piece;
  } catch (error) {
    throw new DataError(`can't read ${nameOf(file)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function decompressed(raw: NodeJS.ReadableStream): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: readBytes });
  raw.on('error', (error) => gunzip.destroy(error));
  return raw.pipe(gunzip);
}
