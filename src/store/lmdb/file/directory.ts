/** The data folder before it is opened: made if it is not there, and checked, so that what is wrong is one clear error. */
import { constants } from 'node:fs';
import { access, mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StoreError } from '../../store.js';
import { dataFile } from './environment.js';
import { checkDataFile } from './meta-pages.js';

/**
 * Makes the folder if need be and checks that it can be used.
 * @returns its absolute path, links resolved.
 * @throws StoreError `unusable`, `damaged`
 */
export async function prepareFolder(folder: string): Promise<string> {
  try {
    await makeFolder(resolve(folder));
    const path = await realpath(folder);
    if (!(await stat(path)).isDirectory())
      throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    await checkDataFile(dataFile(path));
    return path;
  } catch (error) {
    throw error instanceof StoreError ? error : unusable(folder, error);
  }
}

/** Makes the names in a folder durable: fdatasync keeps what is in a new file, and only this keeps that it exists. */
export async function syncNames(folder: string): Promise<void> {
  // Windows gives no handle to a folder, and needs none.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The error for a folder or file that the system refuses. */
export function unusable(path: string, cause: unknown): StoreError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'this user may not read and write it'
      : code === 'EROFS'
        ? 'the file system is read-only'
        : code === 'ENOTDIR' || code === 'EEXIST'
          ? 'it, or a part of its path, is a file'
          : code === 'ENOSPC'
            ? 'the disk is full'
            : message;
  return new StoreError(
    'unusable',
    `the data folder ${path} can't be used: ${why}. Choose another with --data, or correct it`,
    { cause },
  );
}

/**
 * Makes a folder and those above it that are missing, each durably. (A recursive mkdir would do the first half, but
 * Node's never ends where the system will not make a folder, as below /proc.)
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' || dirname(folder) === folder) throw error;
      await makeFolder(dirname(folder));
      await mkdir(folder, { mode: 0o700 });
    });
  } catch (error) {
    // Here already, or made by another process a moment ago.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  await syncNames(dirname(folder));
}
