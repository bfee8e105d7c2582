/** The LMDB store offers all of the shared suite. */
import type { StoreFactory } from '../suite/factory.js';

export const lmdbOffers: StoreFactory['offers'] = {
  clock: true,
  pages: true,
  conditions: true,
  atomicBatches: true,
  existed: true,
  freshPages: true,
};
