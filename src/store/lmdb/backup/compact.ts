/**
 * Rewrites the data file of a directory that no server has open, with full pages and without free
 * ones. The store is open in that time, so no server can open it. It takes no writes, so the new
 * file has all of it. It replaces the old one at once, after it was compared with what was read.
 */
import { stat } from 'node:fs/promises';
import { makeLimits } from '../../../config/limits.js';
import type { BackupEnd } from '../../backup/backup-format.js';
import { BackupReader } from '../../backup/backup-reader.js';
import { StoreError } from '../../store.js';
import { prepareDirectory } from '../file/directory.js';
import { dataFile } from '../file/environment.js';
import { openLmdb } from '../open-lmdb.js';
import { type RebuildProgress, rebuild } from './rebuild.js';

export interface Compacted extends BackupEnd {
  /** Sizes of the data file. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** @throws StoreError `in-use`, `unusable`, `damaged`, `full`; BackupError */
export async function compactDirectory(
  given: string,
  progress: RebuildProgress,
): Promise<Compacted> {
  const before = await stat(dataFile(given)).catch(() => undefined);
  if (before === undefined) throw new StoreError('unusable', `no store is in ${given}`);
  const path = dataFile(await prepareDirectory(given));
  const limits = makeLimits({ backupMs: 2 ** 31 - 1 });
  const store = await openLmdb({ directory: given, limits });
  try {
    const pieces = await store.backup?.({ isAlone: true });
    if (pieces === undefined) throw new TypeError('the store makes no backups');
    const end = await rebuild(new BackupReader(pieces), path, progress, (builder) =>
      builder.place(path, true),
    );
    return { ...end, bytesBefore: before.size, bytesAfter: (await stat(path)).size };
  } finally {
    await store.close();
  }
}
