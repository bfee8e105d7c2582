/** The suite of `/v0/entities` over the embedded store. */
import { servedLmdb } from './served-lmdb.js';
import { manyEntitiesSuite } from './suite/suite.js';

manyEntitiesSuite(await servedLmdb());
