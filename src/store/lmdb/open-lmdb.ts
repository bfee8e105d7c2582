/** Opens the embedded store: checks the folder, opens LMDB, makes sure that nobody else has it, and puts the parts together. */
import { type Limits, makeLimits } from '../../config/limits.js';
import { readUint64, writeUint64 } from '../record.js';
import { type Store, StoreError } from '../store.js';
import { prepareFolder, syncNames, unusable } from './file/directory.js';
import {
  ceilingKey,
  dataFile,
  type Environment,
  folderFormat,
  formatKey,
  openDatabases,
  openRoot,
  readersOf,
} from './file/environment.js';
import { makeFirstRoom } from './file/preallocation.js';
import { EmbeddedStore } from './lmdb-store.js';
import { ColdReads } from './read/cold-reads.js';
import { EntityCache } from './read/entity-cache.js';
import { GroupCommit } from './write/group-commit.js';
import { Sweeper } from './write/sweeper.js';
import { Versions } from './write/versions.js';
import { WriterThread } from './write/writer.js';

export interface EmbeddedOptions {
  /** The folder that holds the data; made if it is not there. */
  readonly folder: string;
  readonly limits?: Limits;
  /** Milliseconds since 1970. Default: the system's clock. For tests of expiry and versions. */
  readonly now?: () => number;
  /** How often expired entities are removed, in ms. They are absent to readers at once, whatever this is. */
  readonly sweepIntervalMs?: number;
  /** The major faults so far. Default: this process's, as the kernel counts them. For tests of reads from the disk. */
  readonly majorFaults?: () => number;
}

const countedFaults = () => process.resourceUsage().majorPageFault;

/** Folders open in this process: LMDB itself lets a process open one twice. */
const openFolders = new Set<string>();

/**
 * Opens the store in a folder, or begins one there.
 * @throws StoreError `in-use`, `unusable`, `damaged`; `failed` if the writer thread does not start
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Store> {
  const {
    limits = makeLimits(),
    now = Date.now,
    sweepIntervalMs = 1000,
    majorFaults = countedFaults,
  } = options;
  const faultsBefore = majorFaults();
  const cache = new EntityCache(limits.cacheBytes);
  const folder = await prepareFolder(options.folder);
  if (openFolders.has(folder)) throw inUse(folder);
  openFolders.add(folder);
  let env: Environment | undefined;
  try {
    makeFirstRoom(dataFile(folder));
    env = openDatabases(openRoot(folder));
    checkAlone(env, folder);
    checkFormat(env, folder);
    await syncNames(folder);
    const ceiling = env.meta.get(ceilingKey);
    const writer = await WriterThread.start({ folder });
    const versions = new Versions(now, ceiling === undefined ? 0 : readUint64(ceiling, 0));
    const { root } = env;
    const commits = new GroupCommit(writer, versions, limits, cache, () => root.resetReadTxn());
    const sweeper = new Sweeper(writer, now, sweepIntervalMs);
    return new EmbeddedStore({
      env,
      cache,
      coldReads: new ColdReads(env.entities, majorFaults, faultsBefore, limits),
      limits,
      now,
      writer,
      commits,
      sweeper,
      onClosed: () => openFolders.delete(folder),
    });
  } catch (error) {
    await env?.root.close();
    openFolders.delete(folder);
    throw error instanceof StoreError ? error : unusable(dataFile(folder), error);
  }
}

/**
 * Makes sure that no other process has the folder open.
 *
 * A read takes a slot in LMDB's table of readers, under this process's id. It is taken here after everything is opened
 * (opening a database gives it up) and kept from then on, and only then are the others looked at: of two processes
 * the later one always sees the earlier. Slots of dead processes are told by the kernel's locks, and cleared.
 */
function checkAlone({ root, meta }: Environment, folder: string): void {
  meta.get(formatKey);
  root.readerCheck();
  if (readersOf(root).some(({ pid }) => pid !== process.pid)) throw inUse(folder);
}

function inUse(folder: string): StoreError {
  return new StoreError(
    'in-use',
    `the data folder ${folder} is open in another server; stop that one, or choose another folder with --data`,
  );
}

/** Reads the folder's format, or writes it into a new folder. */
function checkFormat({ meta }: Environment, folder: string): void {
  const stored = meta.get(formatKey);
  if (stored === undefined) {
    const value = Buffer.alloc(8);
    writeUint64(value, 0, folderFormat);
    meta.putSync(formatKey, value);
  } else if (readUint64(stored, 0) !== folderFormat)
    throw new StoreError(
      'unusable',
      `the data folder ${folder} has format ${readUint64(stored, 0)}, and this Evenkeel reads ${folderFormat}; use the release that wrote it`,
    );
}
