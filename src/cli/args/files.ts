/** Files named on a command line. That they can be read or written is checked before a run begins: it may take hours. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from './flags.js';

/** A result could not be written after all. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Parses the name of a file to read. */
export function inputFile(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })) throw new UsageError('a file that exists');
  if (statSync(file).isDirectory()) throw new UsageError('a file, not a folder');
  if (!may(file, constants.R_OK)) throw new UsageError('a file that may be read');
  return file;
}

/** Parses the path of a socket in the file system. */
export function socketFile(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isSocket())
    throw new UsageError('the path of a socket that a server listens on');
  return file;
}

/** Parses the name of a file to write. */
export function outputFile(file: string): string {
  const folder = dirname(resolve(file));
  const stats = statSync(file, { throwIfNoEntry: false });
  if (file === '' || stats?.isDirectory()) throw new UsageError('the name of a file');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`a file in a folder that exists (${folder} does not)`);
  if (stats && !may(file, constants.W_OK)) throw new UsageError('a file that may be written');
  if (!stats && !may(folder, constants.W_OK))
    throw new UsageError('a file in a folder that may be written');
  return file;
}

function may(path: string, what: number): boolean {
  try {
    accessSync(path, what);
    return true;
  } catch {
    return false;
  }
}

/** @throws OutputError */
export function writeOutput(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new OutputError(`can not write ${file}: ${(error as Error).message}`, { cause: error });
  }
}
