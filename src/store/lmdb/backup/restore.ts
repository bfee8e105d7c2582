/**
 * Restores a backup into a directory. The data file gets its name when it is whole and was compared
 * with the backup. Until then, and after a crash, a store that was there is as it was.
 */
import { constants, existsSync } from 'node:fs';
import { readdir, rmdir } from 'node:fs/promises';
import type { BackupEnd } from '../../backup/backup-format.js';
import type { BackupReader } from '../../backup/backup-reader.js';
import { StoreError } from '../../store.js';
import { isClaimed } from '../file/claim.js';
import { prepareDirectory } from '../file/directory.js';
import { dataFile } from '../file/environment.js';
import { removeLeftovers } from '../file/new-data-file.js';
import { openPlainFile } from '../file/plain-file.js';
import { checkResources } from '../file/resources.js';
import { type RebuildProgress, rebuild } from './rebuild.js';

export interface RestoreOptions extends RebuildProgress {
  /** Made if it is absent, and removed after a failure. Parents that were made with it stay. */
  readonly directory: string;
  /** A store that is there is replaced. */
  readonly isReplacing: boolean;
}

/** Without a data file these may be all that is left of a store. */
const filesOfStore = /^(data\.mdb|journal-\d+|journal-slot-\d+)$/;

/** @throws BackupError; StoreError `unusable` if there is a store, `in-use`, `full`, `damaged` */
export async function restoreDirectory(
  reader: BackupReader,
  { directory: given, ...options }: RestoreOptions,
): Promise<BackupEnd> {
  const isNew = !existsSync(given);
  const directory = await prepareDirectory(given);
  try {
    return await restoreInto(directory, reader, options);
  } catch (error) {
    // It stays if another process has put a file into it.
    if (isNew) await rmdir(directory).catch(() => {});
    throw error;
  }
}

async function restoreInto(
  directory: string,
  reader: BackupReader,
  { isReplacing, ...progress }: Omit<RestoreOptions, 'directory'>,
): Promise<BackupEnd> {
  const path = dataFile(directory);
  const found = (await readdir(directory)).find((name) => filesOfStore.test(name));
  if (found !== undefined && !isReplacing) throw occupied(directory, found);
  await mustBeFree(path, directory);
  checkResources(path);
  await removeLeftovers(path);
  return rebuild(reader, path, progress, async (builder) => {
    await mustBeFree(path, directory);
    try {
      await builder.place(path, isReplacing);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'EEXIST' ? occupied(directory, 'data.mdb') : error;
    }
  });
}

/** @throws StoreError `in-use` */
async function mustBeFree(path: string, directory: string): Promise<void> {
  try {
    const file = await openPlainFile(path, constants.O_RDONLY);
    try {
      if (!(await isClaimed(file))) return;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  throw new StoreError('in-use', `the data directory ${directory} is open in a server; stop it`);
}

function occupied(directory: string, file: string): StoreError {
  return new StoreError(
    'unusable',
    `the data directory ${directory} has a store already (${file}); ` +
      'name another, or give --replace',
  );
}
