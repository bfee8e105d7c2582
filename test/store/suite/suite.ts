/**
 * The suite every store passes. A store joins with a factory of its own (see lmdb-store.test.ts).
 * The cases that apply depend on what the factory offers, never on its name.
 */
import { describe } from 'vitest';
import { allowanceTrait } from './allowances.js';
import { atomicBatchTrait } from './atomic-batches.js';
import { concurrencyTrait } from './concurrency.js';
import { conditionExpiryTrait, conditionTrait } from './conditions.js';
import type { StoreFactory } from './factory.js';
import { fieldTrait } from './fields.js';
import { keyTrait } from './keys.js';
import { lifecycleTrait } from './lifecycle.js';
import { loadTrait } from './loading.js';
import { modelTrait } from './model.js';
import { rangeDeletionTrait } from './range-deletion.js';
import { rangeTrait } from './ranges.js';
import { ttlTrait } from './ttl.js';
import { valueTrait } from './values.js';

export function storeSuite(factory: StoreFactory): void {
  describe(`${factory.name}: values`, () => valueTrait(factory));
  describe(`${factory.name}: keys`, () => keyTrait(factory));
  describe(`${factory.name}: ranges`, () => rangeTrait(factory));
  describe(`${factory.name}: removing ranges`, () => rangeDeletionTrait(factory));
  describe(`${factory.name}: allowances`, () => allowanceTrait(factory));
  describe(`${factory.name}: reading what was written`, () => concurrencyTrait(factory));
  describe(`${factory.name}: fields`, () => fieldTrait(factory));
  describe(`${factory.name}: entities of another store`, () => loadTrait(factory));
  describe.runIf(factory.offers.conditions)(`${factory.name}: conditions`, () => {
    conditionTrait(factory);
    describe.runIf(factory.offers.clock)('and time', () => conditionExpiryTrait(factory));
  });
  describe.runIf(factory.offers.atomicBatches)(`${factory.name}: atomic batches`, () =>
    atomicBatchTrait(factory),
  );
  describe.runIf(factory.offers.clock)(`${factory.name}: time to live`, () => ttlTrait(factory));
  describe(`${factory.name}: closing and opening again`, () => lifecycleTrait(factory));
  describe(`${factory.name}: against a model`, () => modelTrait(factory));
}
