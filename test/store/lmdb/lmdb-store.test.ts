/** The embedded store in the shared suite, also with all its reads cold. What is its own has a file a subject: embedded-*.test.ts. */
import { makeLimits } from '#dist/config/limits.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryFolder } from '../../support/folder.js';
import { storeSuite } from '../suite/suite.js';

storeSuite({
  name: 'embedded',
  offers: { clock: true, pages: true },
  place: async () => {
    const directory = await temporaryFolder();
    return { open: (options) => openLmdb({ directory, ...options }) };
  },
});

for (const cache of ['no', 'a'] as const)
  storeSuite({
    name: `embedded, reads from the disk, ${cache} cache`,
    offers: { clock: true, pages: true },
    place: async () => {
      const directory = await temporaryFolder();
      let faults = 0;
      // So many that each read which the cache does not answer is taken for cold.
      const majorFaults = () => (faults += 1000);
      return {
        open: ({ limits = makeLimits(), ...options } = {}) =>
          openLmdb({
            directory,
            majorFaults,
            ...options,
            limits: cache === 'no' ? { ...limits, cacheBytes: 0 } : limits,
          }),
      };
    },
  });
