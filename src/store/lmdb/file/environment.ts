/**
 * The LMDB environment of a data directory: one file, three databases.
 *
 *     entities  key → value record
 *     expiry    [expires u64 ms][key] → nothing: the keys that expire, in the order in which they do
 *     meta      name → u64: the format of the directory, and the version ceiling
 *
 * Opened once in the main thread, which reads, and once in the writer thread, which alone writes; lmdb lets both
 * handles share one map. `overlappingSync` is off, so a commit returns when it is on the disk: LMDB writes the pages,
 * calls fdatasync, then writes the page that makes them valid through a descriptor opened with O_DSYNC.
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

/** The format of the directory that this code writes, and the only one it reads. */
export const formatVersion = 1;
export const formatKey = Buffer.from('format');
/** Under this key: a version that no record has reached. See versions.ts. */
export const ceilingKey = Buffer.from('version-ceiling');

/**
 * Address space reserved for the file, at once, so that the map never moves under a reader while the file grows. It takes no
 * memory. (A file beyond it would still work: lmdb maps it anew.)
 */
const mapBytes = 2 ** 40;

export function dataFile(directory: string): string {
  return join(directory, 'data.mdb');
}

/**
 * An option that lmdb's types lack. Entities are read one by one: what the kernel reads ahead of a page fault takes time, on the event loop,
 * and pushes pages out that are in use.
 */
const unlisted = { noReadAhead: true };

export function openRoot(directory: string): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    path: dataFile(directory),
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 4,
    // Up to six threads of this process read, and those of one that was killed a moment ago may still be listed.
    maxReaders: 16,
    mapSize: mapBytes,
    overlappingSync: false,
    ...unlisted,
  });
}

/**
 * The stats of the store as the last commit left it. The databases that are left out (small, or empty) count as free
 * pages: each look at one takes some 10 µs.
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
  /** The tree of trees, and that of free pages. */
  readonly root: TreeStats;
  readonly free: TreeStats;
  readonly lastPageNumber: number;
  readonly lastTxnId: number;
}

/** lmdb's statistics of a database and its environment, which its own types leave open. */
export function databaseStats(database: Database<Buffer, Buffer>): DatabaseStats {
  return database.getStats() as DatabaseStats;
}

/** Who reads: the process of each slot that is taken in LMDB's table, and the commit whose state it looks at, if it does so now. */
export function readersOf(
  root: RootDatabase<Buffer, Buffer>,
): { pid: number; commit: number | undefined }[] {
  // A line each: process, thread in hexadecimal, commit or a dash.
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
