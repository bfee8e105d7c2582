/**
 * Prepares the data directory before it is opened: makes it if it is absent, and turns what is
 * wrong into one clear error.
 */
import { constants } from 'node:fs';
import { access, mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StoreError } from '../../store.js';

/**
 * Makes the directory if need be and checks that it can be used.
 * @returns its absolute path, links resolved
 * @throws StoreError `unusable`
 */
export async function prepareDirectory(directory: string): Promise<string> {
  try {
    await makeDirectory(resolve(directory));
    const path = await realpath(directory);
    if (!(await stat(path)).isDirectory())
      throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    throw error instanceof StoreError ? error : unusable(directory, error);
  }
}

/**
 * Makes the names in a directory durable. fdatasync of a new file keeps its bytes, not its name.
 */
export async function syncNames(directory: string): Promise<void> {
  // Windows gives no handle to a directory, and needs none.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The error for a directory or file that the system refuses. */
export function unusable(path: string, cause: unknown): StoreError {
  return new StoreError(
    'unusable',
    `the data directory ${path} can't be used: ${reasonOf(cause)}. ` +
      'Choose another with --data, or correct it',
    { cause },
  );
}

/** An error of the system in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read and write it';
  if (code === 'EROFS') return 'the file system is read-only';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'it, or a part of its path, is a file';
  if (code === 'ENOSPC') return 'the disk is full';
  if (code === 'EMFILE' || code === 'ENFILE')
    return 'the process has no file descriptors left (raise the limit: ulimit -n)';
  return message;
}

/**
 * Makes a directory and its missing parents, each durably. A recursive mkdir of Node never ends
 * where the system makes no directory, for example below /proc.
 */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' || dirname(directory) === directory) throw error;
      await makeDirectory(dirname(directory));
      await mkdir(directory, { mode: 0o700 });
    });
  } catch (error) {
    // It exists, or another process has just made it.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  await syncNames(dirname(directory));
}
