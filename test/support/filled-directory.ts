/** A data directory with entities in it, without a request for each. */
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from './directory.js';

/** @param keys as latin1 text; each is its own value */
export async function filledDirectory(keys: readonly string[]): Promise<string> {
  const directory = await temporaryDirectory();
  const store = await openLmdb({ directory });
  await Promise.all(
    keys.map((key) => {
      const bytes = Buffer.from(key, 'latin1');
      return store.put(bytes, [bytes]);
    }),
  );
  await store.close();
  return directory;
}
