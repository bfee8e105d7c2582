/**
 * Makes a data file of a backup, and compares it with the backup before anybody uses it. So a
 * restored or compacted store has each entity, unchanged, or is not there at all.
 */
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import type { BackupEnd } from '../../backup/backup-format.js';
import type { BackupReader } from '../../backup/backup-reader.js';
import { StoreError } from '../../store.js';
import { ceilingOf, checkDataFile, type OnChecked } from '../check/data-file-check.js';
import { DataFileBuilder } from '../file/data-file-builder.js';
import { unusable } from '../file/directory.js';
import { openPlainFile } from '../file/plain-file.js';
import { full, isFullCode } from '../file/preallocation.js';

export interface RebuildProgress {
  /** Told how many entities, and bytes of them, are in the new file. */
  readonly onStored?: OnChecked;
  /** Told how many of them were compared. */
  readonly onChecked?: OnChecked;
}

/**
 * @param target the path that the file is for
 * @param place puts the file there
 * @throws BackupError; StoreError `full`, `unusable`, `damaged`; what `place` throws
 */
export async function rebuild(
  reader: BackupReader,
  target: string,
  progress: RebuildProgress,
  place: (builder: DataFileBuilder) => Promise<void>,
): Promise<BackupEnd> {
  try {
    return await build(reader, target, progress, place);
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw isFullCode(code) ? full(error) : unusable(dirname(target), error);
  }
}

async function build(
  reader: BackupReader,
  target: string,
  { onStored, onChecked }: RebuildProgress,
  place: (builder: DataFileBuilder) => Promise<void>,
): Promise<BackupEnd> {
  const builder = await DataFileBuilder.begin(target);
  try {
    for await (const { entries, bytes } of reader.blocks()) {
      builder.add(entries);
      onStored?.(entries.length, bytes);
    }
    const end = reader.end as BackupEnd;
    await builder.finish(end.versionCeiling);
    await mustBeEqual(builder.path, end, onChecked);
    await place(builder);
    return end;
  } finally {
    // If it is in its place, it has another name by now.
    await builder.discard();
  }
}

async function mustBeEqual(path: string, end: BackupEnd, onChecked?: OnChecked): Promise<void> {
  const file = await openPlainFile(path, constants.O_RDONLY);
  try {
    const report = await checkDataFile(file, path, onChecked);
    const isEqual =
      report.digest?.equals(end.digest) === true &&
      report.entities === end.entities &&
      ceilingOf(report) === end.versionCeiling;
    if (isEqual) return;
    const what = report.damages[0]?.what ?? 'it has other entities than the backup';
    throw new StoreError('damaged', `the new file ${path} is not right: ${what}; check the disk`);
  } finally {
    await file.close();
  }
}
