/** The suite of `/v0/entity` over the embedded store. */
import { servedLmdb } from './served-lmdb.js';
import { oneEntitySuite } from './suite/suite.js';

oneEntitySuite(await servedLmdb());
