/**
 * Opens the data file and looks at it before LMDB does: what it is, whose it is, and whether it is
 * whole. lmdb ends the process with a segmentation fault where its own opening fails, so nothing is
 * left for it to find.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { StoreError } from '../../store.js';
import { namesOn } from './main-tree.js';
import { findDamage, readMainRoot } from './meta-pages.js';

/** The databases of the store. */
const ours: ReadonlySet<string> = new Set(['entities', 'expiry', 'meta']);

/** Looks at the file before the checks, for example whether another server has it open. */
export type FirstLook = (file: FileHandle) => Promise<void>;

/**
 * Opens the data file, to be read and written, if it is one of ours and whole.
 * @returns undefined if there is none
 * @throws StoreError `damaged`, `unusable`; what `firstLook` throws; the system's error if the file
 *   can't be opened
 */
export async function openDataFile(
  path: string,
  firstLook: FirstLook,
): Promise<FileHandle | undefined> {
  try {
    // Before it is opened: the opening of a pipe waits for ever.
    if (!(await stat(path)).isFile()) throw notAFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const file = await open(path, 'r+');
  try {
    await firstLook(file);
    await mustBeWhole(file, path);
    await mustBeOurs(file, path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function mustBeWhole(file: FileHandle, path: string): Promise<void> {
  // A new file gets its name when it is whole, so an empty one is never a store that was begun.
  const problem = (await file.stat()).size === 0 ? 'it is empty' : await findDamage(file);
  if (problem !== undefined)
    throw new StoreError(
      'damaged',
      `${path} is damaged, or not an Evenkeel data file: ${problem}. ` +
        'Restore the directory from a backup, or choose another with --data',
    );
}

async function mustBeOurs(file: FileHandle, path: string): Promise<void> {
  if (await isOurs(file)) return;
  // A server that was not found yet may have changed the page while it was read.
  if (await isOurs(file)) return;
  throw notOurs(path);
}

export function notOurs(path: string): StoreError {
  return new StoreError(
    'unusable',
    `${path} is the LMDB file of another program, and was left as it is; ` +
      'choose another directory with --data',
  );
}

async function isOurs(file: FileHandle): Promise<boolean> {
  const root = await readMainRoot(file);
  if (root === undefined) return true;
  const trees = namesOn(root);
  if (trees === undefined || !trees.every(({ name }) => ours.has(name))) return false;
  // Releases before this one made the databases one by one, and may have been killed in between.
  return trees.length === ours.size || trees.every(({ entries }) => entries === 0n);
}

export function notAFile(path: string): StoreError {
  return new StoreError(
    'unusable',
    `${path} is not a file; remove it, or choose another directory with --data`,
  );
}
