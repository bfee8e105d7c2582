/**
 * Opens a store by its location, so that the server names no engine. A new engine adds a scheme.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Limits } from '../config/limits.js';
import type { ClusterAccess } from './cassandra/client.js';
import { dataFile } from './lmdb/file/environment.js';
import { openLmdb } from './lmdb/open-lmdb.js';
import { type Store, StoreError } from './store.js';

export type { ClusterAccess } from './cassandra/client.js';

export interface StoreOptions {
  /** A directory without a store is refused. Default: one is made there. */
  readonly mustExist?: boolean;
  /** To a cluster: user, password, certificates. */
  readonly access?: ClusterAccess;
  /**
   * Called if the store fails without a call that would be told of it; a cluster, each time that it
   * has no quorum any more.
   */
  readonly onLost?: (error: StoreError) => void;
  /** Called when writes begin to be refused because the disk is full, and when that is over. */
  readonly onFull?: (isFull: boolean) => void;
  /** Called with what the operator should change, though the store is open. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Opens the store at a location. A directory is made if it is missing.
 * @param location a directory or its `file:` URL: the embedded store, on LMDB; or a `cassandra:`
 *   URL: a cluster, see cassandra/location.ts
 * @throws StoreError `unusable` for another scheme; else the errors of the engine
 */
export async function openStore(
  location: string,
  limits: Limits,
  {
    mustExist = false,
    onLost = () => {},
    onFull = () => {},
    onWarning = () => {},
    ...options
  }: StoreOptions = {},
): Promise<Store> {
  if (!isCluster(location)) {
    const directory = directoryOf(location);
    if (mustExist && !existsSync(dataFile(directory)))
      throw new StoreError('unusable', `no store is in ${directory}`);
    return openLmdb({ directory, limits, onLost, onFull, onWarning });
  }
  // Its driver takes time to load.
  const { openCassandra } = await import('./cassandra/open-cassandra.js');
  return openCassandra({ location, limits, onLost, onWarning, ...options });
}

/** Whether a location is that of a cluster. */
export function isCluster(location: string): boolean {
  return /^cassandra:/i.test(location);
}

/** The directory of a store. @throws StoreError `unusable` if the location is not ours */
export function directoryOf(location: string): string {
  // A scheme of one letter is a drive of Windows.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === 'file') return pathOf(location);
  if (scheme === undefined || !location.startsWith('//', scheme.length + 1)) return location;
  throw new StoreError(
    'unusable',
    `the store ${location} can't be opened: --data takes a directory or a file: URL, and ` +
      '--store a cassandra: URL',
  );
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(new URL(url, pathToFileURL(`${process.cwd()}/`)));
  } catch (cause) {
    const { message } = cause as Error;
    throw new StoreError('unusable', `the data directory ${url} can't be used: ${message}`, {
      cause,
    });
  }
}
