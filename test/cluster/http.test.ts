/** The HTTP interface over a cluster: the cases of the embedded store, by capabilities. */
import { beforeAll } from 'vitest';
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import { sharedServer, startServer, testedLanes } from '../server/harness.js';
import type { ServedStore } from '../server/suite/served-store.js';
import { manyEntitiesSuite, oneEntitySuite } from '../server/suite/suite.js';
import { emptyKeyspace, location, madeKeyspace } from './keyspace.js';

const elsewhere = { store: location };
const { capabilities } = await opened();

const served: ServedStore = {
  capabilities,
  start: async (limits) => {
    await emptyKeyspace();
    return startServer(limits, undefined, elsewhere);
  },
  restart: async (server) => {
    await server.close();
    return startServer({}, undefined, elsewhere);
  },
  shared: (limits) => {
    beforeAll(emptyKeyspace);
    return sharedServer(limits, testedLanes, elsewhere);
  },
};

oneEntitySuite(served);
manyEntitiesSuite(served);

async function opened() {
  await madeKeyspace();
  const store = await openCassandra({ location });
  await store.close();
  return store;
}
