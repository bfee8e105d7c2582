/** The script's file, which may be a pipe: it is read once, in the main thread, and every state gets the same text. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { ScriptError } from '../load-errors.js';
import { patiently, systemMessage } from './lua/files.js';

const moduleExtensions = ['.js', '.mjs', '.cjs', '.ts', '.mts'];
const chunkBytes = 64 * 1024;

/** What pipes have held, by name: a search runs several loads, and finds standard input empty from the second one on. */
const pipes = new Map<string, string>();

export function isModule(file: string): boolean {
  return moduleExtensions.includes(extname(file).toLowerCase());
}

/**
 * Blocks until the file ends.
 * @returns one character a byte; nothing of a module, which each thread imports by its name @throws ScriptError
 */
export function readScript(file: string): string {
  try {
    if (!isModule(file)) return readLua(file);
    if (statSync(file).isFile()) return '';
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    throw new ScriptError(`cannot open ${file}: ${systemMessage(error)}`);
  }
  throw new ScriptError(
    `cannot open ${file}: each thread reads a module anew, so it must be a regular file`,
  );
}

function readLua(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const text = readToEnd(handle);
    if (fstatSync(handle).isFile()) return text;
    const known = text === '' ? pipes.get(file) : text;
    // As an empty script it would send plain requests, which nobody has asked for.
    if (known === undefined)
      throw new ScriptError(`cannot open ${file}: it is no file, and has no text`);
    pipes.set(file, known);
    return known;
  } finally {
    closeSync(handle);
  }
}

function readToEnd(handle: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const bytes = patiently(() => readSync(handle, chunk, 0, chunkBytes, null));
    if (bytes === 0) return Buffer.concat(chunks).toString('latin1');
    chunks.push(chunk.subarray(0, bytes));
  }
}
