/**
 * Random walks over a store, checked step by step against a Map. A walk that fails is shrunk, and
 * fast-check prints its seed and path: pass both to `fc.assert` to see it again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeLimits } from '#dist/config/limits.js';
import type { Condition, Operation, Store } from '#dist/store/store.js';
import { compareRange } from './compare-range.js';
import { empty, outcome, type Place, type StoreFactory } from './factory.js';

/** Key bytes as latin1 text → value. */
type Model = Map<string, Buffer>;
interface Real {
  readonly place: Place;
  store: Store;
}
type Command = fc.AsyncCommand<Model, Real>;

const limits = makeLimits({ rangePageEntities: 3, rangePageBytes: 6000 });
// Few keys, so that walks meet: with prefixes, a zero byte and one past a page of the tree.
const key = fc.constantFrom('a', 'a\0', 'ab', 'b', '\xff', '\xff\xff', `long${'k'.repeat(1020)}`);
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.nat(9000).map((n) => new Uint8Array(n).fill(n)),
);
const pieces = fc.array(piece, { maxLength: 3 });

const kindOfAny = fc.constantFrom<'absent' | 'present'>('absent', 'present');
const conditionKind = fc.constantFrom<'absent' | 'present' | 'version' | 'other version'>(
  'absent',
  'present',
  'version',
  'other version',
);

/** A condition on the newest entity, and whether it holds. */
async function conditionOf(
  store: Store,
  id: string,
  kind: 'absent' | 'present' | 'version' | 'other version',
  isThere: boolean,
): Promise<[condition: Condition, holds: boolean]> {
  if (kind === 'absent') return [{ kind }, !isThere];
  if (kind === 'present') return [{ kind }, isThere];
  const version = (await store.get(Buffer.from(id, 'latin1')))?.version ?? 1;
  const isSame = kind === 'version';
  const versions = isSame ? [1, version] : [version + 1, 1];
  return [{ kind: 'version', versions }, isSame && isThere];
}

function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

/** Steps of any store. */
const plainSteps: fc.Arbitrary<Command>[] = [
  fc.tuple(key, pieces).map(([id, value]) =>
    command(
      `put ${id.slice(0, 5)} ${value.map((part) => part.length).join('+')}`,
      async (model, { store }) => {
        await store.put(Buffer.from(id, 'latin1'), value);
        model.set(id, Buffer.concat(value));
      },
    ),
  ),
  key.map((id) =>
    command(`delete ${id.slice(0, 5)}`, async (model, { store }) => {
      const { existed } = await store.delete(Buffer.from(id, 'latin1'));
      const wasThere = model.delete(id);
      expect(existed).toBe(store.capabilities.existed ? wasThere : undefined);
    }),
  ),
  key.map((id) =>
    command(`get ${id.slice(0, 5)}`, async (model, { store }) => {
      const entity = await store.get(Buffer.from(id, 'latin1'));
      expect(entity && Buffer.from(entity.value)).toEqual(model.get(id));
    }),
  ),
  fc.tuple(key, fc.option(key)).map(([start, end]) =>
    command(`delete ${start.slice(0, 5)}..${end?.slice(0, 5)}`, async (model, { store }) => {
      const doomed = [...model.keys()].filter((id) => id >= start && (end === null || id < end));
      const bounds = {
        start: Buffer.from(start, 'latin1'),
        ...(end !== null && { end: Buffer.from(end, 'latin1') }),
      };
      expect(await store.deleteRange(bounds)).toBe(doomed.length);
      for (const id of doomed) model.delete(id);
    }),
  ),
  fc
    .record(
      {
        start: key,
        end: key,
        after: key,
        limit: fc.nat(8),
        order: fc.constantFrom('asc' as const, 'desc' as const),
        keysOnly: fc.boolean(),
      },
      { requiredKeys: ['start'] },
    )
    .map(({ keysOnly = false, ...range }) =>
      command(`range ${JSON.stringify(range).slice(0, 100)} ${keysOnly}`, (model, { store }) =>
        compareRange(model, store, range, keysOnly),
      ),
    ),
];

const conditionSteps: fc.Arbitrary<Command>[] = [
  fc.tuple(key, pieces, conditionKind).map(([id, value, kind]) =>
    command(`put ${id.slice(0, 5)} if ${kind}`, async (model, { store }) => {
      const [condition, holds] = await conditionOf(store, id, kind, model.has(id));
      const writing = outcome(() => store.put(Buffer.from(id, 'latin1'), value, { condition }));
      expect(await writing).toBe(holds ? 'no error' : 'condition-failed');
      if (holds) model.set(id, Buffer.concat(value));
    }),
  ),
  fc.tuple(key, conditionKind).map(([id, kind]) =>
    command(`delete ${id.slice(0, 5)} if ${kind}`, async (model, { store }) => {
      const [condition, holds] = await conditionOf(store, id, kind, model.has(id));
      const deleting = outcome(() => store.delete(Buffer.from(id, 'latin1'), { condition }));
      expect(await deleting).toBe(holds ? 'no error' : 'condition-failed');
      if (holds) model.delete(id);
    }),
  ),
];

const batchSteps: fc.Arbitrary<Command>[] = [
  fc.array(fc.tuple(key, fc.option(pieces), fc.option(kindOfAny)), { maxLength: 6 }).map((list) =>
    command(`batch of ${list.map(([id]) => id.slice(0, 5))}`, async (model, { store }) => {
      const next = new Map(model);
      let failed: number | undefined;
      for (const [index, [id, value, kind]] of list.entries()) {
        if (kind !== null && (kind === 'present') !== next.has(id)) failed ??= index;
        if (value) next.set(id, Buffer.concat(value));
        else next.delete(id);
      }
      const operations = list.map(([id, value, kind]): Operation => {
        const batched = {
          key: Buffer.from(id, 'latin1'),
          options: kind ? { condition: { kind } } : {},
        };
        return value ? { kind: 'put', value, ...batched } : { kind: 'delete', ...batched };
      });
      const committing = store.commitAll(operations);
      if (failed !== undefined) {
        await expect(committing).rejects.toMatchObject({ code: 'condition-failed', index: failed });
        return;
      }
      await committing;
      model.clear();
      for (const [id, value] of next) model.set(id, value);
    }),
  ),
];

/** Rare, because opening starts a thread. */
const reopening = fc.constant(
  command('reopen', async (_, real) => {
    await real.store.close();
    real.store = await real.place.open({ limits });
  }),
);

function commandsOf({ offers }: StoreFactory): fc.Arbitrary<Command>[] {
  const steps = [
    ...plainSteps,
    ...(offers.conditions ? conditionSteps : []),
    // Their conditions are decided within the batch.
    ...(offers.conditions && offers.atomicBatches ? batchSteps : []),
  ];
  return [...steps, ...steps, ...steps, reopening];
}

export function modelTrait(factory: StoreFactory): void {
  test('a store reads as a sorted map does, over any walk of calls and reopenings', async () => {
    const place = await factory.place();
    const real: Real = { place, store: await place.open({ limits }) };
    try {
      await fc.assert(
        fc.asyncProperty(fc.commands(commandsOf(factory), { maxCommands: 60 }), async (walk) => {
          await empty(real.store);
          await fc.asyncModelRun(() => ({ model: new Map(), real }), walk);
        }),
        { numRuns: 20 },
      );
    } finally {
      await real.store.close();
    }
  });
}
