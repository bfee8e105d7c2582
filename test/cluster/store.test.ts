/** The store on Cassandra in the shared suite: three real nodes, every level a quorum. */
import { openCassandra } from '#dist/store/cassandra/open-cassandra.js';
import { storeSuite } from '../store/suite/suite.js';
import { emptyKeyspace, location } from './keyspace.js';

storeSuite({
  name: 'cassandra',
  offers: {
    clock: true,
    pages: true,
    conditions: false,
    atomicBatches: false,
    existed: false,
    freshPages: false,
  },
  place: async () => {
    await emptyKeyspace();
    return { open: (options) => openCassandra({ location, ...options }) };
  },
});
