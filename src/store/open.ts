/**
 * Opens a store by its location, so that the server names no engine. A new engine adds a scheme.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Limits } from '../config/limits.js';
import { openLmdb } from './lmdb/open-lmdb.js';
import { type Store, StoreError } from './store.js';

/**
 * Opens the store at a location, or creates it.
 * @param location a directory or its `file:` URL: the embedded store, on LMDB
 * @param onLost called once if the store fails without a call that would be told of it
 * @throws StoreError `unusable` for another scheme; else the errors of the engine
 */
export async function openStore(
  location: string,
  limits: Limits,
  onLost: (error: StoreError) => void = () => {},
): Promise<Store> {
  return openLmdb({ directory: directoryOf(location), limits, onLost });
}

/** The directory of a store. @throws StoreError `unusable` if the location is not ours */
export function directoryOf(location: string): string {
  // A scheme of one letter is a drive of Windows.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === 'file') return pathOf(location);
  if (scheme === undefined || !location.startsWith('//', scheme.length + 1)) return location;
  throw new StoreError(
    'unusable',
    `the store ${location} can't be opened: --data takes a directory or a file: URL`,
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
