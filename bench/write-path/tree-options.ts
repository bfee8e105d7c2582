/** What can be changed about the way the store writes its tree today, and an environment opened so. */
import { open, type RootDatabase } from 'lmdb';
import { dataFile } from '#dist/store/embedded/environment.js';

export interface TreeOptions {
  /** Keys of a batch go into the tree in order. */
  readonly sorted?: boolean;
  /** The page that makes a commit valid is not synced: a loss of power can undo the last commit, which was acknowledged. */
  readonly noMetaSync?: boolean;
  /** Nothing is synced: a loss of power can destroy the file. Only to see what the disk costs. */
  readonly noSync?: boolean;
  /** The thread waits for work in `Atomics.wait`. */
  readonly wakes?: boolean;
  /** Most writes in one batch. */
  readonly mostWrites?: number;
  /** Commits begin at least this far apart, so that more writes share one. */
  readonly leastMsApart?: number;
  /** Bytes by which the file is longer than LMDB uses, on the disk before the run. */
  readonly grownBytes?: number;
  /** Measure the parts of each commit. */
  readonly timed?: boolean;
}

/** As environment.ts opens it, but for the flags. */
export function openTree(
  folder: string,
  { noMetaSync = false, noSync = false }: TreeOptions,
): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    path: dataFile(folder),
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 4,
    maxReaders: 16,
    mapSize: 2 ** 40,
    overlappingSync: false,
    noMetaSync,
    noSync,
  });
}
