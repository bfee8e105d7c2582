/**
 * The LMDB environment of a data folder: one file, three databases.
 *
 *     entities  key → value record
 *     expiry    [expires u64 ms][key] → nothing: the keys that expire, in the order in which they do
 *     meta      name → u64: the format of the folder, and the version ceiling
 *
 * Opened once in the main thread, which reads, and once in the writer thread, which alone writes; lmdb lets both
 * handles share one map. `overlappingSync` is off, so a commit returns when it is on the disk: LMDB writes the pages,
 * calls fdatasync, then writes the page that makes them valid through a descriptor opened with O_DSYNC.
 */
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';

export interface Environment {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly entities: Database<Buffer, Buffer>;
  readonly expiry: Database<Buffer, Buffer>;
  readonly meta: Database<Buffer, Buffer>;
}

/** The format of the folder that this code writes, and the only one it reads. */
export const folderFormat = 1;
export const formatKey = Buffer.from('format');
/** Under this key: a version that no record has reached. See versions.ts. */
export const ceilingKey = Buffer.from('version-ceiling');

export function dataFile(folder: string): string {
  return join(folder, 'data.mdb');
}

export function openRoot(folder: string, maxStoreBytes: number): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    path: dataFile(folder),
    noSubdir: true,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 4,
    // Room for every connection's thread is not needed: two threads read.
    maxReaders: 16,
    // Reserved at once, so that the map never moves under a reader while the file grows.
    mapSize: maxStoreBytes,
    overlappingSync: false,
  });
}

export function openDatabases(root: RootDatabase<Buffer, Buffer>): Environment {
  const database = (name: string) =>
    root.openDB<Buffer, Buffer>({ name, encoding: 'binary', keyEncoding: 'binary' });
  return { root, entities: database('entities'), expiry: database('expiry'), meta: database('meta') };
}
