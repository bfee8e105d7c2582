/** The LMDB store in the shared suite, with its cache. lmdb-store.long.test.ts has other ways. */
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../support/directory.js';
import { storeSuite } from '../suite/suite.js';
import { lmdbOffers } from './offers.js';

storeSuite({
  name: 'lmdb',
  offers: lmdbOffers,
  place: async (onOver) => {
    const directory = await temporaryDirectory(onOver);
    return { open: (options) => openLmdb({ directory, ...options }) };
  },
});
