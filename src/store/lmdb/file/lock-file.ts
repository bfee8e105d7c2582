/**
 * LMDB's lock file, `data.mdb-lock`: its table of readers. LMDB writes to it through a map, where a
 * full disk is a signal that ends the process, and lmdb crashes if it can't open or read it. So it
 * is made with its blocks, and looked at, before LMDB opens it.
 *
 * Not to be called while this process has a store on the directory: closing any descriptor of a
 * file drops all locks that the process holds on it (POSIX fcntl).
 */
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { access, constants, lstat, open, stat } from 'node:fs/promises';
import { StoreError } from '../../store.js';
import { notAFile } from './data-file.js';

/** LMDB's table takes 64 bytes per reader and a header of 272. */
const lockBytes = 4096;
const minBytes = 272 + 15 * 64;
const magic = 0xbeefc0de;
const newMode = 0o600;

/**
 * Makes sure that LMDB can open the lock file, and makes it if it is not there.
 * @throws StoreError `unusable`; the system's error, for example ENOSPC
 */
export async function prepareLockFile(dataFile: string): Promise<void> {
  const path = `${dataFile}-lock`;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw notAFile(path);
    await access(path, constants.R_OK | constants.W_OK);
    if (found.size >= minBytes && (await isTable(path))) return;
    // Cut or overwritten. A server that has it open would have been found by its claim.
    writeNew(dataFile, (made) => renameSync(made, path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw notReadable(path, error);
    if (code === 'ELOOP') throw new StoreError('unusable', `${path} can't be used: ${message}`);
    if (code !== 'ENOENT') throw error;
    writeNew(dataFile, (made) => linkIfFree(made, path));
    // A symbolic link that leads nowhere is in the way of both.
    if (!(await lstat(path)).isFile()) throw notAFile(path);
  }
}

/** Whether it is LMDB's table, or a new file. */
async function isTable(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const begin = buffer.readUInt32LE();
    return begin === 0 || begin === magic;
  } finally {
    await file.close();
  }
}

function writeNew(dataFile: string, name: (made: string) => void): void {
  const made = `${dataFile}-probe-${process.pid}`;
  try {
    writeFileSync(made, Buffer.alloc(lockBytes), { mode: newMode });
    name(made);
  } finally {
    rmSync(made, { force: true });
  }
}

/** All or nothing, and never over a lock file that another process has just made. */
function linkIfFree(made: string, path: string): void {
  try {
    linkSync(made, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function notReadable(path: string, cause: unknown): StoreError {
  return new StoreError(
    'unusable',
    `this user may not read and write ${path}; correct its owner or mode, or remove it while no ` +
      'server runs',
    { cause },
  );
}
