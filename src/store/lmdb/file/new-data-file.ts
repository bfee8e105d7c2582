/**
 * Makes a data file with the three empty databases. It gets its name when it is whole and on the
 * disk: a crash before leaves a file of another name, which the next start removes.
 */
import { randomBytes } from 'node:crypto';
import { link, open, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeUint64 } from '../../record.js';
import { formatKey, formatWithoutFields, openDatabases, openRootAt } from './environment.js';
import { prepareLockFile } from './lock-file.js';

/** More than LMDB writes here. Where the disk is full, lmdb crashes. */
const spareBytes = 256 * 1024;
const newMode = 0o600;

const leftover = /^-(new|probe)-[0-9a-f]+(-lock|-probe-\d+)?$/;

/**
 * Makes the file, unless another process is faster.
 * @throws the system's error, for example ENOSPC
 */
export async function makeDataFile(path: string): Promise<void> {
  const made = newFileName(path);
  try {
    await makeEmptyFile(made);
    await link(made, path);
  } catch (error) {
    // ENOENT: a faster process has the directory by now, and has removed this file as a leftover.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  } finally {
    await removeNewFile(made);
  }
}

/** A name for a file that is to become the one at the path. */
export function newFileName(path: string): string {
  return `${path}-new-${randomBytes(6).toString('hex')}`;
}

/**
 * Makes a file with the three empty databases.
 * @param made a name by {@link newFileName}
 */
export async function makeEmptyFile(made: string): Promise<void> {
  await writeFile(made, Buffer.alloc(spareBytes), { mode: newMode });
  await rm(made);
  await prepareLockFile(made);
  await writeEmpty(made);
}

/** Removes what {@link makeEmptyFile} made, as far as it is there. */
export async function removeNewFile(made: string): Promise<void> {
  for (const file of [made, `${made}-lock`]) await rm(file, { force: true });
}

async function writeEmpty(path: string): Promise<void> {
  const { root, meta } = openDatabases(openRootAt(path));
  const format = Buffer.alloc(8);
  writeUint64(format, 0, formatWithoutFields);
  meta.putSync(formatKey, format);
  await root.close();
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what processes left that were killed while they made a file. */
export async function removeLeftovers(path: string): Promise<void> {
  const [directory, base] = [dirname(path), basename(path)];
  for (const name of await readdir(directory))
    if (name.startsWith(base) && leftover.test(name.slice(base.length)))
      await rm(join(directory, name), { force: true });
}
