/**
 * Checks a data directory that no server has open, and changes nothing: the data file, and the
 * journal if the data file says that it is needed.
 */
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { StoreError } from '../../store.js';
import { isClaimed } from '../file/claim.js';
import { dataFile, formatWithJournal, knownFormats } from '../file/environment.js';
import { openPlainFile, unusableFile } from '../file/plain-file.js';
import { decodeJournalState } from '../journal/journal-state.js';
import { type RecoveredJournal, recoverJournal } from '../journal/recovery.js';
import { Segment } from '../journal/segment.js';
import { segmentPath, storedFileBytes } from '../journal/segment-header.js';
import type { Damage } from './damage.js';
import {
  ceilingOf,
  checkDataFile,
  type DataFileReport,
  formatOf,
  journalStateOf,
  type OnChecked,
} from './data-file-check.js';

export interface DirectoryReport extends DataFileReport {
  /** Writes in the journal that the data file lacks. */
  readonly journalWrites: number;
}

/** @throws StoreError `in-use`; `unusable` if no store is there, or it can't be read */
export async function checkDirectory(
  directory: string,
  onChecked?: OnChecked,
): Promise<DirectoryReport> {
  const path = dataFile(directory);
  const file = await openToRead(path, directory);
  try {
    if (await isClaimed(file))
      throw new StoreError(
        'in-use',
        `the data directory ${directory} is open in a server; stop it, or make a backup and ` +
          'check that',
      );
    const report = await checkDataFile(file, path, onChecked);
    const journal = await checkJournal(directory, report);
    return {
      ...report,
      journalWrites: journal.writes,
      damages: [...report.damages, ...journal.damages],
      damageCount: report.damageCount + journal.damages.length,
    };
  } finally {
    await file.close();
  }
}

async function openToRead(path: string, directory: string): Promise<FileHandle> {
  try {
    return await openPlainFile(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new StoreError('unusable', `no store is in ${directory}`);
    throw unusableFile(path, error);
  }
}

interface JournalReport {
  readonly writes: number;
  readonly damages: readonly Damage[];
}

async function checkJournal(directory: string, report: DataFileReport): Promise<JournalReport> {
  const file = dataFile(directory);
  const [format, stored] = [formatOf(report), journalStateOf(report)];
  // Below a damaged page there may be what says so.
  if (format === undefined && report.damageCount > 0) return { writes: 0, damages: [] };
  const state = stored && decodeJournalState(stored);
  if (format === undefined || !knownFormats.includes(format))
    return { writes: 0, damages: [{ file, what: `it has the unknown format ${format}` }] };
  if ((format === formatWithJournal) !== (state !== undefined))
    return { writes: 0, damages: [{ file, what: 'what it says of the journal has changed' }] };
  if (state === undefined) return { writes: 0, damages: ceilingDamages(file, report) };
  try {
    const segments = [await segmentToRead(directory, 0), await segmentToRead(directory, 1)];
    const { epoch, checkpointed } = state;
    const journal = await recoverJournal(directory, segments, epoch, checkpointed);
    return { writes: writesIn(journal), damages: [] };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'damaged') throw error;
    return { writes: 0, damages: [{ file: directory, what: error.message }] };
  }
}

/** While the journal is in use, it may have the ceiling of records that are in the data file. */
function ceilingDamages(file: string, report: DataFileReport): readonly Damage[] {
  const [ceiling, newest] = [ceilingOf(report), report.newestVersion];
  if (newest < ceiling || newest === 0) return [];
  const what = `it has a record of version ${newest}, and says that all are below ${ceiling}`;
  return [{ file, what }];
}

async function segmentToRead(directory: string, number: number): Promise<Segment> {
  const bytes = await storedFileBytes(segmentPath(directory, number));
  return new Segment(directory, number, bytes, bytes);
}

function writesIn({ segments }: RecoveredJournal): number {
  let writes = 0;
  for (const { segment, frames } of segments)
    for (const { start, end } of frames)
      for (let place = start; place < end; place = segment.entries.next(place)) writes++;
  return writes;
}
