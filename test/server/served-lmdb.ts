/** The embedded store behind the HTTP interface: each one in a directory of its own. */
import { afterAll } from 'vitest';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../support/directory.js';
import { sharedServer, startServer } from './harness.js';
import type { ServedStore } from './suite/served-store.js';

export async function servedLmdb(): Promise<ServedStore> {
  const store = await openLmdb({ directory: await temporaryDirectory(afterAll) });
  await store.close();
  return {
    capabilities: store.capabilities,
    start: (limits) => startServer(limits),
    restart: async (server) => {
      await server.close();
      return startServer({}, server.directory);
    },
    shared: (limits) => sharedServer(limits),
  };
}
