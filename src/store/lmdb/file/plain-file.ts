/**
 * Opens a file of the directory that must be a plain one. The opening of a pipe waits for ever, and
 * a device takes writes without keeping them.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { StoreError } from '../../store.js';
import { notAFile } from './data-file.js';
import { reasonOf } from './directory.js';

/**
 * @param flags of the system's open()
 * @throws StoreError `unusable` if it is not a plain file; the system's error, ENOENT among them
 */
export async function openPlainFile(path: string, flags: number): Promise<FileHandle> {
  try {
    if (!(await stat(path)).isFile()) throw notAFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return open(path, flags, 0o600);
}

/** An error of the system for a file of the journal as one of the store; others as they are. */
export function unusableFile(path: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  return new StoreError(
    'unusable',
    `${path} can't be used: ${reasonOf(error)}. ` +
      'Correct it, or choose another directory with --data',
    { cause: error },
  );
}
