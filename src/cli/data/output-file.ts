/** The file that an export writes, compressed if its name says so. */
import { createWriteStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { DataError } from './data-error.js';
import { Ends, gzipMembers, plainBlocks } from './output-blocks.js';
import { standard } from './standard.js';

export function isGzip(file: string): boolean {
  return file.endsWith('.gz');
}

/** The name of a file in a message. */
export function nameOf(file: string, stream: 'input' | 'output' = 'input'): string {
  return file === standard ? `standard ${stream}` : file;
}

/** The file could not be written to the end. */
export class OutputFailure extends DataError {
  /** The last of the pieces that are in the file whole, if any; the file ends behind it. */
  readonly last: Buffer | undefined;

  constructor(message: string, last: Buffer | undefined, cause: unknown) {
    super(message, { cause });
    this.last = last;
  }
}

/**
 * Writes the pieces, at the pace of the disk or the reader. Resolves when they are on the disk,
 * or when the reader of standard output is gone.
 * @param append keeps what the file holds: two streams of gzip in a row are one
 * @throws OutputFailure; what `pieces` throws
 */
export async function writePieces(
  file: string,
  append: boolean,
  pieces: AsyncIterable<Buffer>,
): Promise<'whole' | 'unread'> {
  let isOutput = false;
  let isOpen = false;
  const isStandard = file === standard;
  const before = append && !isStandard ? await sizeOf(file) : 0;
  const target: NodeJS.WritableStream & { readonly bytesWritten?: number } = isStandard
    ? process.stdout
    : createWriteStream(file, { flags: append ? 'a' : 'w', mode: 0o600, flush: true });
  target.once('error', () => {
    isOutput = true;
  });
  target.once('open', () => {
    isOpen = true;
  });
  const ends = new Ends();
  // Nothing is taken out of standard output, so no ends are kept for it.
  const written = () => (isStandard ? Number.POSITIVE_INFINITY : (target.bytesWritten ?? 0));
  const blocks = isGzip(file) ? gzipMembers(pieces) : plainBlocks(pieces);
  try {
    await pipeline(ends.noted(blocks, written), target, { end: !isStandard });
    return 'whole';
  } catch (error) {
    if (!isOutput) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') return 'unread';
    const text = `can't write ${nameOf(file, 'output')}: ${message}`;
    const last = isOpen ? await cutBehindWhole(file, before, ends) : undefined;
    throw new OutputFailure(text, last, error);
  }
}

/** Cuts the file behind its last whole block. Returns the last piece of that block. */
async function cutBehindWhole(
  file: string,
  before: number,
  ends: Ends,
): Promise<Buffer | undefined> {
  // A device has no end.
  const stats = await stat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size <= before) return undefined;
  const { end, last } = ends.upTo(stats.size - before);
  await truncate(file, before + end);
  return last;
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
