/**
 * Opens the LMDB store: checks the directory, opens LMDB, makes sure that no other process has it.
 */
import type { FileHandle } from 'node:fs/promises';
import { type Limits, makeLimits } from '../../config/limits.js';
import { readUint64 } from '../record.js';
import { type Store, StoreError } from '../store.js';
import { Backups } from './backup/backups.js';
import { CheckpointClient } from './checkpoint/checkpoint-client.js';
import { Control } from './checkpoint/messages.js';
import { isClaimed } from './file/claim.js';
import { openDataFile } from './file/data-file.js';
import { DataFileWatch } from './file/data-file-watch.js';
import { prepareDirectory, syncNames, unusable } from './file/directory.js';
import {
  ceilingKey,
  dataFile,
  type Environment,
  formatKey,
  openDatabases,
  openRoot,
  readersOf,
} from './file/environment.js';
import { prepareLockFile } from './file/lock-file.js';
import { makeDataFile, removeLeftovers } from './file/new-data-file.js';
import { checkResources } from './file/resources.js';
import { FrameWriter } from './journal/frame-writer.js';
import { Journal } from './journal/journal.js';
import { type JournalOptions, journalDefaults } from './journal/journal-options.js';
import { Segment } from './journal/segment.js';
import { segmentPath, storedFileBytes } from './journal/segment-header.js';
import { LmdbStatistics } from './lmdb-statistics.js';
import { LmdbStore } from './lmdb-store.js';
import { Memtable } from './memtable/memtable.js';
import { ColdReads } from './read/cold-reads.js';
import { EntityCache } from './read/entity-cache.js';
import { LargeReads } from './read/large-reads.js';
import { leaveOutLargeRecords } from './read/large-records.js';
import { checkFormat, recover } from './stored-format.js';
import { GroupCommit } from './write/group-commit.js';
import { Sweeper } from './write/sweeper.js';
import { VersionClock } from './write/version-clock.js';
import { WriteStatistics } from './write/write-statistics.js';

export interface LmdbOptions {
  /** The directory that holds the data; made if it is absent. */
  readonly directory: string;
  readonly limits?: Limits;
  /** Milliseconds since 1970. Default: the system's clock. Tests of expiry and versions set it. */
  readonly now?: () => number;
  /** How often expired entities are removed, in ms. Readers never see them, whatever this is. */
  readonly sweepIntervalMs?: number;
  /** Called once if the data file is moved, deleted or replaced while the store is open. */
  readonly onLost?: (error: StoreError) => void;
  /** Called at the end if the data file lacks writes that the journal has. */
  readonly onWarning?: (message: string) => void;
  /** Called when writes begin to be refused because the disk is full, and when that is over. */
  readonly onFull?: (isFull: boolean) => void;
  /** Major page faults of this process so far. Default: as the kernel counts them. */
  readonly majorFaults?: () => number;
  /** Tests make it small, and empty it soon. */
  readonly journal?: Partial<JournalOptions>;
}

const countedFaults = () => process.resourceUsage().majorPageFault;

/** Address space of a segment: the largest frame fits, also if segments are to be small. */
const minMemoryBytes = 16 * 1024 * 1024;

/** Directories open in this process, because LMDB lets a process open one twice. */
const openDirectories = new Set<string>();

/**
 * Opens the store in a directory, or begins one there.
 * @throws StoreError `in-use`, `unusable`, `damaged`; `failed` if a thread does not start
 */
export async function openLmdb(options: LmdbOptions): Promise<Store> {
  const {
    limits = makeLimits(),
    now = Date.now,
    sweepIntervalMs = 1000,
    majorFaults = countedFaults,
  } = options;
  const journalOptions = { ...journalDefaults, ...options.journal };
  const faultsBefore = majorFaults();
  const cache = new EntityCache(limits.cacheBytes);
  const directory = await prepareDirectory(options.directory);
  if (openDirectories.has(directory)) throw inUse(directory);
  openDirectories.add(directory);
  const undo: (() => unknown)[] = [() => openDirectories.delete(directory)];
  const release = async () => {
    const step = undo.pop();
    try {
      await step?.();
    } finally {
      if (undo.length > 0) await release();
    }
  };
  try {
    const path = dataFile(directory);
    checkResources(path);
    const watch = new DataFileWatch(await openOrMake(directory), path);
    undo.push(() => watch.end());
    await prepareLockFile(path);
    const env = openDatabases(openRoot(directory));
    const { root } = env;
    undo.push(() => root.close());
    checkAlone(env, directory);
    await checkFormat(env, directory);
    await removeLeftovers(path);
    await syncNames(directory);
    await watch.claim();
    const { maxSegmentBytes } = journalOptions;
    const newSegment = async (number: number) => {
      const stored = await storedFileBytes(segmentPath(directory, number));
      const memoryBytes = Math.max(maxSegmentBytes, minMemoryBytes, stored);
      return new Segment(directory, number, maxSegmentBytes, memoryBytes);
    };
    const segments = [await newSegment(0), await newSegment(1)] as const;
    const recovered = await recover(env, directory, segments);
    const backups = new Backups(directory, limits.backupMs);
    const control = new Control();
    const memories = segments.map(({ memory }) => memory.buffer as SharedArrayBuffer);
    let commits: GroupCommit | undefined;
    const fail = (error: StoreError) => commits?.fail(error);
    const writer = new FrameWriter(memories, fail);
    undo.push(() => writer.close());
    const thread = await CheckpointClient.start(
      { directory, memories, control: control.buffer },
      {
        onProgress: () => root.resetReadTxn(),
        onFull: () => backups.stop('the disk of the store is full'),
        onFailure: fail,
      },
    );
    undo.push(() => thread.close(false));
    // If two servers claim the file at the same moment, by two names, the later one keeps it.
    const loss = await watch.findLoss();
    if (loss) throw loss;
    leaveOutLargeRecords(env.entities);
    const memtable = new Memtable();
    const writes = new WriteStatistics(options.onFull ?? (() => {}));
    const journal = new Journal({
      directory,
      segments,
      memtable,
      thread,
      writer,
      control,
      statistics: writes,
      maxAgeMs: journalOptions.maxAgeMs,
      recovered,
    });
    undo.push(async () => {
      const kept = await journal.close();
      if (kept) options.onWarning?.(journalKept(directory, kept));
    });
    const coldReads = new ColdReads(env.entities, majorFaults, faultsBefore, limits);
    const largeReads = new LargeReads({ directory });
    commits = new GroupCommit({
      journal,
      versions: new VersionClock(now, Math.max(storedCeiling(env), recovered?.ceiling ?? 0)),
      nowMs: now,
      limits,
      cache,
      statistics: writes,
      sources: { memtable, env, coldReads, largeReads },
    });
    await writer.ready;
    await journal.open();
    await journal.slots.removeLeftovers();
    watch.start(
      () => journal.files(),
      (error) => {
        fail(error);
        options.onLost?.(error);
      },
    );
    // Before the journal closes its files, and removes some.
    undo.push(() => watch.stop());
    const sweeper = new Sweeper(thread, now, sweepIntervalMs);
    const parts = { directory, env, cache, coldReads, journal, commits, sweeper, writes, control };
    return new LmdbStore({
      statistics: new LmdbStatistics(parts),
      env,
      cache,
      coldReads,
      largeReads,
      limits,
      now,
      memtable,
      journal,
      commits,
      sweeper,
      backups,
      release,
    });
  } catch (error) {
    await release();
    throw error instanceof StoreError ? error : unusable(dataFile(directory), error);
  }
}

function journalKept(directory: string, why: StoreError): string {
  return (
    `the last writes are in the journal, and not in data.mdb: ${why.message}. ` +
    `Keep all files in ${directory}: the next start goes on with them`
  );
}

function storedCeiling({ meta }: Environment): number {
  const ceiling = meta.get(ceilingKey);
  return ceiling === undefined ? 0 : readUint64(ceiling, 0);
}

/**
 * The data file, opened and checked, or a new one.
 * @throws StoreError `in-use`, `damaged`, `unusable`; the system's error
 */
async function openOrMake(directory: string): Promise<FileHandle> {
  const path = dataFile(directory);
  const mustBeFree = async (file: FileHandle) => {
    if (await isClaimed(file)) throw inUse(directory);
  };
  const found = await openDataFile(path, mustBeFree);
  if (found) return found;
  await makeDataFile(path);
  const made = await openDataFile(path, mustBeFree);
  if (made) return made;
  throw new Error('it can not be made; it may be a symbolic link to nothing');
}

/**
 * Makes sure that no other process has the directory open.
 *
 * A read takes a slot in LMDB's table of readers, with this process's id. It is taken here, after
 * everything is opened, because opening a database gives it up; it is kept from then on. Only then
 * are the other slots looked at, so of two processes the later one always sees the earlier. The
 * kernel's locks tell which slots belong to dead processes; those are cleared.
 */
function checkAlone({ root, meta }: Environment, directory: string): void {
  meta.get(formatKey);
  root.readerCheck();
  if (readersOf(root).some(({ pid }) => pid !== process.pid)) throw inUse(directory);
}

function inUse(directory: string): StoreError {
  return new StoreError(
    'in-use',
    `the data directory ${directory} is open in another server; stop that one, ` +
      'or choose another directory with --data',
  );
}
