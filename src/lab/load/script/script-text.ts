/** The script's file. It may be a pipe, so it is read once, and every state gets the same text. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { ScriptError } from '../load-errors.js';
import { patiently, systemMessage } from './lua/host-files.js';

const moduleExtensions = ['.js', '.mjs', '.cjs', '.ts', '.mts'];
const chunkBytes = 64 * 1024;

/** Texts from pipes, by name: a search runs several loads, and only the first can read a pipe. */
const pipes = new Map<string, string>();

export function isModule(file: string): boolean {
  return moduleExtensions.includes(extname(file).toLowerCase());
}

/** @returns one character per byte; '' for a module, which threads import @throws ScriptError */
export function readScript(file: string): string {
  try {
    if (!isModule(file)) return readLua(file);
    if (statSync(file).isFile()) return '';
  } catch (error) {
    if (error instanceof ScriptError) throw error;
    throw new ScriptError(`cannot open ${file}: ${systemMessage(error)}`);
  }
  throw new ScriptError(
    `cannot open ${file}: each thread imports a module by its name, so it must be a regular file`,
  );
}

function readLua(file: string): string {
  const handle = openSync(file, 'r');
  try {
    const text = readToEnd(handle);
    if (fstatSync(handle).isFile()) return text;
    const known = text === '' ? pipes.get(file) : text;
    // An empty script would send plain requests, which nobody asked for.
    if (known === undefined)
      throw new ScriptError(`cannot open ${file}: it is not a regular file, and it is empty`);
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
