/**
 * The HTTP interface as a client sees it, over any store. An engine joins with a ServedStore of its
 * own (see served-lmdb.ts). Requests that concern sockets, limits or memory alone are tested over
 * one engine, next to this directory.
 */
import { describe } from 'vitest';
import { atomicBatchSuite } from './atomic-batches.js';
import { batchSuite } from './batches.js';
import { byteRangeSuite } from './byte-ranges.js';
import { conditionSuite } from './conditions.js';
import { entitySuite } from './entity.js';
import { refusalSuite } from './errors.js';
import { keptFieldSuite } from './kept-fields.js';
import { keySuite } from './keys.js';
import { longRangeSuite } from './long-ranges.js';
import { rangeDeletionSuite } from './range-deletion.js';
import { rangeFormatSuite, rangeSuite } from './ranges.js';
import type { ServedStore } from './served-store.js';

/** Requests for `/v0/entity`, and those that any path refuses. */
export function oneEntitySuite(served: ServedStore): void {
  describe('entities', () => entitySuite(served));
  describe('keys', () => keySuite(served));
  describe('kept fields', () => keptFieldSuite(served));
  describe('conditions', () => conditionSuite(served));
  describe('byte ranges', () => byteRangeSuite(served));
  describe('refusals', () => refusalSuite(served));
}

/** Requests for `/v0/entities`. */
export function manyEntitiesSuite(served: ServedStore): void {
  describe('ranges', () => rangeSuite(served));
  describe('formats of ranges', () => rangeFormatSuite(served));
  describe('ranges of many pages', () => longRangeSuite(served));
  describe('removing ranges', () => rangeDeletionSuite(served));
  describe('batches', () => batchSuite(served));
  describe('atomic batches', () => atomicBatchSuite(served));
}
