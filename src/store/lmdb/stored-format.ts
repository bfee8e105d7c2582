/** Reads what the data file says of the format of the directory, and of the journal. */
import { readUint64, writeUint64 } from '../record.js';
import { StoreError } from '../store.js';
import { notOurs } from './file/data-file.js';
import {
  databaseStats,
  dataFile,
  type Environment,
  formatKey,
  formatWithJournal,
  formatWithoutFields,
  journalKey,
  knownFormats,
} from './file/environment.js';
import { decodeJournalState } from './journal/journal-state.js';
import { type RecoveredJournal, recoverJournal } from './journal/recovery.js';
import type { Segment } from './journal/segment.js';
import { segmentPath, storedFileBytes } from './journal/segment-header.js';

/**
 * Reads the directory's format. Releases before this one could be killed before they wrote it. Then
 * there are no entities either, and it is written now.
 */
export async function checkFormat(
  { entities, meta }: Environment,
  directory: string,
): Promise<void> {
  const stored = meta.get(formatKey);
  if (stored === undefined) {
    const path = dataFile(directory);
    // A release with a journal has written the format before.
    if (meta.get(journalKey)) throw damagedFormat(path);
    if (databaseStats(entities).entryCount > 0) throw notOurs(path);
    if ((await storedFileBytes(segmentPath(directory, 0))) > 0) throw damagedFormat(path);
    const value = Buffer.alloc(8);
    writeUint64(value, 0, formatWithoutFields);
    meta.putSync(formatKey, value);
    return;
  }
  const format = readUint64(stored, 0);
  if (!knownFormats.includes(format))
    throw new StoreError(
      'unusable',
      `the data directory ${directory} has format ${format}, and this Evenkeel reads ` +
        `${knownFormats.join(', ')}; use the release that wrote it`,
    );
}

/**
 * The writes that LMDB may lack; undefined after a clean close.
 * @throws StoreError `damaged`, `unusable`
 */
export async function recover(
  { meta }: Environment,
  directory: string,
  segments: readonly Segment[],
): Promise<RecoveredJournal | undefined> {
  const format = meta.get(formatKey);
  const stored = meta.get(journalKey);
  if (!stored && format && readUint64(format, 0) !== formatWithJournal) return undefined;
  // Each tells what the other must be. If one has changed, the journal may be needed.
  const state = stored && decodeJournalState(stored);
  if (!state || !format || readUint64(format, 0) !== formatWithJournal)
    throw damagedFormat(dataFile(directory));
  return recoverJournal(directory, segments, state.epoch, state.checkpointed);
}

function damagedFormat(path: string): StoreError {
  return new StoreError(
    'damaged',
    `${path} is damaged: what it says of its format and the journal has changed. ` +
      'Restore the directory from a backup, or choose another with --data',
  );
}
