/**
 * The LMDB store in the shared suite: with every read from the disk; and with checkpoints all the
 * time, so that each range has entities of the memtable and of LMDB.
 */
import { makeLimits } from '#dist/config/limits.js';
import { openLmdb } from '#dist/store/lmdb/open-lmdb.js';
import { temporaryDirectory } from '../../support/directory.js';
import { storeSuite } from '../suite/suite.js';
import { lmdbOffers } from './offers.js';

storeSuite({
  name: 'lmdb, every read from the disk',
  offers: lmdbOffers,
  place: async (onOver) => {
    const directory = await temporaryDirectory(onOver);
    let faults = 0;
    // So many that every read is taken for cold.
    const majorFaults = () => (faults += 1000);
    return {
      open: ({ limits = makeLimits(), ...options } = {}) =>
        openLmdb({ directory, majorFaults, ...options, limits: { ...limits, cacheBytes: 0 } }),
    };
  },
});

storeSuite({
  name: 'lmdb, checkpoints all the time',
  offers: lmdbOffers,
  place: async (onOver) => {
    const directory = await temporaryDirectory(onOver);
    const journal = { maxSegmentBytes: 256 * 1024, maxAgeMs: 20 };
    return {
      open: ({ limits = makeLimits(), ...options } = {}) =>
        openLmdb({ directory, journal, ...options, limits: { ...limits, cacheBytes: 0 } }),
    };
  },
});
