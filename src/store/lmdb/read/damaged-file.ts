import { StoreError } from '../../store.js';

/** The error of a read that LMDB could not do. */
export function damagedFile(cause: Error): StoreError {
  return new StoreError(
    'damaged',
    `the data file can't be read here (${cause.message}): its bytes changed on disk. ` +
      'Restore it from a backup, and check the disk',
    { cause },
  );
}
