/**
 * The LMDB environment of a data directory: one file, three databases.
 *
 *     entities  key → value record
 *     expiry    [expires u64 ms][key] → nothing: the keys that expire, in that order
 *     meta      name → u64: the format of the directory, and the version ceiling; and the state of
 *               the journal while that is in use
 *
 * The main thread and the reader thread open it to read, the checkpoint thread to
 * write; lmdb shares one map between them. `overlappingSync` is off, so a commit returns when its
 * pages are on the disk. `noMetaSync` is on: the meta page that makes them valid is written then,
 * and synced with the next commit.
 */
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { EnvStats } from './preallocation.js';

export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly entities: Database<Buffer, Buffer>;
  readonly expiry: Database<Buffer, Buffer>;
  readonly meta: Database<Buffer, Buffer>;
}

/** The format of a directory without a record that keeps fields: older releases read it too. */
export const formatWithoutFields = 1;
/** The format from the first such record on. Older releases refuse it. */
export const formatWithFields = 2;
/**
 * The format while the journal may have writes that the file lacks. A clean close gives the file
 * its own format back. Releases without a journal refuse it.
 */
export const formatWithJournal = 3;
/** All that this release reads. */
export const knownFormats: readonly number[] = [
  formatWithoutFields,
  formatWithFields,
  formatWithJournal,
];
export const formatKey = Buffer.from('format');
/** Under this key, while the journal is in use: see journal-state.ts. */
export const journalKey = Buffer.from('journal');
/** Under this key: a version that no record has reached. See version-clock.ts. */
export const ceilingKey = Buffer.from('version-ceiling');

/**
 * Address space reserved for the file, so that the map does not move under a reader while the file
 * grows. It takes no memory. lmdb maps a larger file again.
 */
export const mapBytes = 2 ** 40;

export function dataFile(directory: string): string {
  return join(directory, 'data.mdb');
}

/**
 * Options that lmdb's types lack. Entities are read one by one: reading ahead costs time on the
 * event loop, and evicts pages that are in use.
 */
const unlisted = { noReadAhead: true, permissionsMode: 0o600 };

export function openRoot(directory: string): RootDatabase<Buffer, Buffer> {
  return openRootAt(dataFile(directory));
}

/** Opens the environment in a file, and makes it if it is not there. */
export function openRootAt(path: string): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    path,
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 4,
    // Up to eight threads of this process read; a process killed a moment ago may still be listed.
    maxReaders: 16,
    mapSize: mapBytes,
    overlappingSync: false,
    noMetaSync: true,
    ...unlisted,
  });
}

/**
 * Statistics of the environment as the last commit left it (mdb_stat), over the given databases.
 * Pages of the databases left out, which are small or empty, count as free.
 */
export function envStats(
  first: Database<Buffer, Buffer>,
  ...more: Database<Buffer, Buffer>[]
): EnvStats {
  const { root, free, lastPageNumber, lastTxnId, ...tree } = databaseStats(first);
  const trees = [root, free, tree, ...more.map(databaseStats)];
  let depth = 0;
  let branchPages = 0;
  let overflowPages = 0;
  let pages = metaPages;
  for (const tree of trees) {
    depth = Math.max(depth, tree.treeDepth);
    branchPages += tree.treeBranchPageCount;
    overflowPages += tree.overflowPages;
    pages += tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
  }
  const usedPages = lastPageNumber + 1;
  return {
    commit: lastTxnId,
    pageBytes: root.pageSize,
    usedPages,
    depth,
    branchPages,
    overflowPages,
    freePages: usedPages - pages,
  };
}

const metaPages = 2;

interface TreeStats {
  readonly pageSize: number;
  readonly treeDepth: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

interface DatabaseStats extends TreeStats {
  /** The tree of trees, and the tree of free pages. */
  readonly root: TreeStats;
  readonly free: TreeStats;
  readonly lastPageNumber: number;
  readonly lastTxnId: number;
}

/** lmdb's statistics of a database and its environment, which its own types leave open. */
export function databaseStats(database: Database<Buffer, Buffer>): DatabaseStats {
  return database.getStats() as DatabaseStats;
}

/** Readers, by the slots taken in LMDB's table: the process, and the commit that it reads now. */
export function readersOf(
  root: RootDatabase<Buffer, Buffer>,
): { pid: number; commit: number | undefined }[] {
  // One line per slot: process, thread in hexadecimal, commit or a dash.
  return [...root.readerList().matchAll(/^\s*(\d+)\s+[0-9a-f]+\s+(\d+|-)/gm)].map(
    ([, pid, commit]) => ({
      pid: Number(pid),
      commit: commit === '-' ? undefined : Number(commit),
    }),
  );
}

export function openDatabases(root: RootDatabase<Buffer, Buffer>): Environment {
  const database = (name: string) =>
    root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
  return {
    root,
    entities: database('entities'),
    expiry: database('expiry'),
    meta: database('meta'),
  };
}
