/** Some of many steps are stored, over a transaction that has room for so many bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Step } from '#dist/store/lmdb/write/batch.js';
import { outcomesOf } from '#dist/store/lmdb/write/outcomes.js';
import { commitPartially, commitWhole } from '#dist/store/lmdb/write/partial-commit.js';
import { isStored, type Queued } from '#dist/store/lmdb/write/queued.js';
import type { Transactions } from '#dist/store/lmdb/write/transactions.js';
import { StoreError } from '#dist/store/store.js';

const step = (length: number): Step => ({
  key: Buffer.from('k'),
  record: Buffer.alloc(length),
  expiresMs: undefined,
  condition: undefined,
  nowMs: 0,
});

/** A disk with so much room; it breaks at the given transaction. */
function disk(room: number, breaksAt = Number.POSITIVE_INFINITY) {
  const stored: Step[] = [];
  const ceilings: unknown[] = [];
  /** How many steps each transaction had. */
  const tried: number[] = [];
  let left = room;
  const commit = (steps: readonly Step[], ceiling: number | undefined) => {
    if (tried.push(steps.length) === breaksAt) throw new Error('EIO');
    const bytes = steps.reduce((sum, { record }) => sum + (record?.length ?? 0), 0);
    if (bytes > left) throw new StoreError('full', `${bytes} bytes are too many`);
    left -= bytes;
    stored.push(...steps);
    ceilings.push(ceiling);
    return { conditionFailed: [], absent: [] };
  };
  const transactions = { commit, firstFailed: () => -1 } as unknown as Transactions;
  return { stored, ceilings, tried, transactions };
}

const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 });

test('all that has room together is stored in one transaction', () => {
  const { stored, ceilings, transactions } = disk(1000);
  const steps = [100, 200, 300].map(step);
  expect(commitPartially(transactions, steps, 7)).toBeUndefined();
  expect(stored).toEqual(steps);
  expect(ceilings).toEqual([7]);
});

test('else each is stored once, in order, or has no room where its turn comes', () => {
  fc.assert(
    fc.property(lengths, fc.nat(3000), (all, room) => {
      const { stored, ceilings, transactions } = disk(room);
      const steps = all.map(step);
      const rejected = commitPartially(transactions, steps, 7);
      const indexes = new Set(rejected?.full);
      expect(stored).toEqual(steps.filter((_, place) => !indexes.has(place)));
      expect(ceilings.every((ceiling) => ceiling === 7)).toBe(true);
      let left = room;
      for (const [place, length] of all.entries())
        if (indexes.has(place)) expect(length).toBeGreaterThan(left);
        else left -= length;
      if (rejected) expect(rejected.fullMessage).toMatch(/bytes are too many/);
    }),
  );
});

test('steps that end in another way are named by their index, however the commit was split', () => {
  const kinds = fc.array(fc.constantFrom('usual', 'conditionFailed', 'absent'), {
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(kinds, fc.nat(60), (all, room) => {
      let left = room;
      // A step that fails needs no room; all others need one byte of it.
      const commit = (steps: readonly Step[]) => {
        const kindOf = ({ nowMs }: Step) => all[nowMs];
        const bytes = steps.filter((each) => kindOf(each) !== 'conditionFailed').length;
        if (bytes > left) throw new StoreError('full', `${bytes} bytes are too many`);
        left -= bytes;
        const indexes = (kind: string) =>
          steps.flatMap((each, index) => (kindOf(each) === kind ? [index] : []));
        return { conditionFailed: indexes('conditionFailed'), absent: indexes('absent') };
      };
      // The clock of each step says which it is.
      const steps = all.map((_, nowMs) => ({ ...step(1), nowMs }));
      const transactions = { commit, firstFailed: () => -1 } as unknown as Transactions;
      const outcomes = commitPartially(transactions, steps, undefined);
      const full = new Set(outcomes?.full);
      const expected = (kind: string) =>
        all.flatMap((each, index) => (each === kind && !full.has(index) ? [index] : []));
      expect(outcomes?.conditionFailed ?? []).toEqual(expected('conditionFailed'));
      expect(outcomes?.absent ?? []).toEqual(expected('absent'));
      const needed = all.filter((kind) => kind !== 'conditionFailed').length;
      expect(full.size).toBe(Math.max(0, needed - room));
      // The writer's replies are of several batches; each gets its own.
      const middle = all.length >> 1;
      const parts = outcomes && [
        outcomesOf(outcomes, 0, middle),
        outcomesOf(outcomes, middle, all.length),
      ];
      for (const kind of ['full', 'conditionFailed', 'absent'] as const)
        expect([
          ...(parts?.[0]?.[kind] ?? []),
          ...(parts?.[1]?.[kind].map((index) => index + middle) ?? []),
        ]).toEqual(outcomes?.[kind] ?? []);
    }),
  );
});

test('a step without room whose condition does not hold has failed for that', () => {
  const { transactions, stored } = disk(150);
  const isRefused = ({ nowMs }: Step) => nowMs === 1;
  const conditional = {
    ...transactions,
    firstFailed: (steps: readonly Step[]) => steps.findIndex(isRefused),
  } as unknown as Transactions;
  const steps = [100, 200, 300].map((length, nowMs) => ({ ...step(length), nowMs }));
  const outcomes = { full: [2], conditionFailed: [1], absent: [] };
  expect(commitPartially(conditional, steps, 7)).toMatchObject(outcomes);
  expect(stored).toEqual(steps.slice(0, 1));
  expect(commitWhole(conditional, steps, 7)).toMatchObject({ full: [], conditionFailed: [1] });
});

test('a batch of which no write is stored has stored no version ceiling', () => {
  const queued = Array.from({ length: 2 }, () => ({}) as Queued);
  const after = (full: number[], conditionFailed: number[]) =>
    isStored(queued, { full, conditionFailed, absent: [], fullError: new StoreError('full', '') });
  expect(after([0], [])).toBe(true);
  expect(after([], [1])).toBe(true);
  expect(after([0], [1])).toBe(false);
  expect(after([], [0, 1])).toBe(false);
});

test('another failure ends it: nothing is tried after that', () => {
  const { transactions, tried } = disk(100, 3);
  const commit = () => commitPartially(transactions, [80, 80, 80, 80].map(step), undefined);
  expect(commit).toThrow('EIO');
  // All four, the first two, and the first, which is where it broke.
  expect(tried).toEqual([4, 2, 1]);
});

test('of an atomic batch that has no room, no step is stored, or tried alone', () => {
  const { stored, tried, transactions } = disk(250);
  const steps = [100, 100, 100].map(step);
  expect(commitWhole(transactions, steps, 7)).toMatchObject({
    full: [0, 1, 2],
    fullMessage: '300 bytes are too many',
  });
  expect(stored).toEqual([]);
  expect(tried).toEqual([3]);
  expect(commitWhole(transactions, steps.slice(1), 7)).toBeUndefined();
  expect(stored).toHaveLength(2);
  const broken = disk(100, 1).transactions;
  expect(() => commitWhole(broken, steps, 7)).toThrow('EIO');
});
