/** Files named on a command line. They are checked before a run begins: it may take hours. */
import { accessSync, constants, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../config/parsers.js';

/** A result could not be written, although the check had passed. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Parses the name of a file to read. */
export function inputFile(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })) throw new UsageError('a file that exists');
  if (statSync(file).isDirectory()) throw new UsageError('a file, not a directory');
  if (!may(file, constants.R_OK)) throw new UsageError('a file that may be read');
  return file;
}

/** The same for an operand of a command. @throws UsageError */
export function inputOperand(command: string, file: string): string {
  try {
    return inputFile(file);
  } catch (error) {
    throw new UsageError(`${command} takes ${(error as Error).message}, got '${file}'`);
  }
}

/** Parses the path of a socket in the file system. */
export function socketFile(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isSocket())
    throw new UsageError('the path of a socket that a server listens on');
  return file;
}

/** Parses the name of a file to write. */
export function outputFile(file: string): string {
  const directory = dirname(resolve(file));
  const stats = statSync(file, { throwIfNoEntry: false });
  if (file === '' || stats?.isDirectory()) throw new UsageError('the name of a file');
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`a file in a directory that exists (${directory} does not)`);
  if (stats && !may(file, constants.W_OK)) throw new UsageError('a file that may be written');
  if (!stats && !may(directory, constants.W_OK))
    throw new UsageError('a file in a directory that may be written');
  return file;
}

/** Makes a directory for files to write, before the work that ends in them. @throws UsageError */
export function outputDirectory(flag: string, directory: string): void {
  try {
    makeDirectory(resolve(directory));
    accessSync(`${directory}/.`, constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = (error as Error).message;
    throw new UsageError(`${flag} takes a directory to write to, got '${directory}': ${why}`);
  }
}

/** One after the other: below /proc, a recursive mkdir of Node 20 never returns. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory);
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
export function writeOutput(file: string, content: string | Uint8Array): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw new OutputError(`can't write ${file}: ${(error as Error).message}`, { cause: error });
  }
}
