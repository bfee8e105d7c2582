/** Opens the two stores of a copy. One that is in use is named in a sentence about the copy. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeLimits, maxValueLimit } from '../../config/limits.js';
import { type ClusterAccess, directoryOf, isCluster, openStore } from '../../store/open.js';
import { type Store, StoreError } from '../../store/store.js';
import { DataError } from '../data/data-error.js';
import type { CopyEnds } from './copy-state.js';

export interface OpenStores {
  readonly source: Store;
  readonly target: Store;
  readonly close: () => Promise<void>;
}

/**
 * Values may be as large as any server takes them. Nothing is read twice, and nothing waits for the
 * event loop but the copy.
 */
const limits = makeLimits({
  maxValueBytes: maxValueLimit,
  cacheBytes: 0,
  rangePageEntities: 2048,
  rangePageBytes: 1024 * 1024,
  rangePageMs: 20,
  replicaTimeoutMs: 10_000,
});

/** @param onWarning called with what the operator should change @throws DataError, StoreError */
export async function openStores(
  { from, to }: CopyEnds,
  access: ClusterAccess,
  onWarning: (message: string) => void,
): Promise<OpenStores> {
  const source = await open(from, { access, mustExist: true });
  try {
    const target = await open(to, { access, onWarning });
    const close = async () => {
      await target.close();
      await source.close();
    };
    return { source, target, close };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** A location as it is compared with another: two names may be of one store. */
export function wholeLocation(location: string): string {
  if (isCluster(location)) return location;
  const path = resolve(directoryOf(location));
  try {
    return realpathSync(path);
  } catch {
    // It is not there yet.
    return path;
  }
}

async function open(location: string, options: Parameters<typeof openStore>[2]): Promise<Store> {
  try {
    return await openStore(location, limits, options);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'in-use') throw error;
    throw new DataError(
      `${location} is open in a server; stop that first, because a copy needs the directory alone`,
      { cause: error },
    );
  }
}
