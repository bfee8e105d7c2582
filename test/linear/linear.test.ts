/**
 * Every response of a real server, over both lanes and through kills, fits one order for each key.
 *
 * EVENKEEL_LINEAR_ROUNDS and EVENKEEL_LINEAR_OPERATIONS set how many rounds and operations in each,
 * EVENKEEL_SEED which ones. `npm run test:linear` runs many.
 */
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/directory.js';
import { randomFrom } from '../support/random.js';
import { longestFailedOrder } from './checker.js';
import type { Operation } from './history.js';
import { withStaleRead } from './plant.js';
import { linearRounds, violations } from './rounds.js';

const rounds = Number(process.env.EVENKEEL_LINEAR_ROUNDS ?? 2);
const operationsPerRound = Number(process.env.EVENKEEL_LINEAR_OPERATIONS ?? 400);
const seed = Number(process.env.EVENKEEL_SEED ?? Date.now() % 1_000_000);
const planted = 40;

test(`${rounds} rounds of ${operationsPerRound} operations and a kill have an order`, {
  timeout: 120_000 + rounds * 30_000,
}, async () => {
  const directory = await temporaryDirectory();
  const all = await linearRounds({ directory, rounds, operations: operationsPerRound, seed });
  expect(violations(all), `EVENKEEL_SEED=${seed}`).toEqual([]);

  const random = randomFrom(seed);
  let found = 0;
  for (let plant = 0; plant < planted; plant++) {
    const { operations, initial } = all[plant % all.length] as (typeof all)[number];
    const stale = withStaleRead(operations, random);
    if (!stale) throw new Error(`no stale read fits among ${operations.length} operations`);
    if (longestFailedOrder(stale, initial)) found++;
  }
  const each = all.flatMap((round) => round.operations);
  const count = each.length;
  const lost = each.filter(({ lost }) => lost).length;
  const refusals = each.filter(({ kind }) => kind === 'refused').length;
  const replaced = each.filter(({ kind, replaces }) => kind === 'write' && replaces).length;
  if (process.env.EVENKEEL_LINEAR_ROUNDS)
    console.log(
      `seed ${seed}: ${count} operations on keys, ${lost} writes without a response, ` +
        `${replaced} conditions that held and ${refusals} that did not, ` +
        `${rounds} kills: each has an order; ${found} of ${planted} planted stale reads found`,
    );
  expect(found).toBe(planted);
  // Otherwise no condition was tried.
  expect(Math.min(replaced, refusals)).toBeGreaterThan(0);
});

const write = (value: string | undefined, begun: number, ended: number): Operation => ({
  kind: 'write',
  value,
  begun,
  ended,
});
const read = (value: string | undefined, begun: number, ended: number): Operation => ({
  kind: 'read',
  value,
  begun,
  ended,
});

const replace = (before: string | undefined, write: Operation): Operation => ({
  ...write,
  replaces: { value: before },
});
const refused = (operation: Operation): Operation => ({ ...operation, kind: 'refused' });

test.each<[string, Operation[]]>([
  ['a read of what was there before', [read('i', 1, 2)]],
  [
    'a replacement that wins, and one that loses to it',
    [replace('i', write('a', 1, 9)), refused(replace('i', write('b', 2, 8))), read('a', 10, 11)],
  ],
  [
    'a lost replacement that another one undid',
    [
      { ...replace('i', write('a', 1, 3)), lost: true },
      replace('a', write('b', 4, 5)),
      read('b', 6, 7),
    ],
  ],
  ['a read beside a write, of either value', [write('a', 1, 5), read('i', 2, 3), read('a', 4, 6)]],
  [
    'two writes at once, read in either order',
    [write('a', 1, 9), write('b', 2, 8), read('a', 10, 11)],
  ],
  ['a lost write that took effect', [{ ...write('a', 1, 3), lost: true }, read('a', 4, 5)]],
  ['a lost write that did not', [{ ...write('a', 1, 3), lost: true }, read('i', 4, 5)]],
  [
    'a lost delete between two writes',
    [
      write('a', 1, 2),
      { ...write(undefined, 3, 9), lost: true },
      write('b', 4, 5),
      read(undefined, 6, 7),
      read(undefined, 10, 11),
    ],
  ],
])('%s is explained', (_, operations) => {
  expect(longestFailedOrder(operations, 'i')).toBeUndefined();
});

test.each<[string, Operation[]]>([
  ['a read of a value that nobody wrote', [read('x', 1, 2)]],
  [
    'two that replaced the same value',
    [replace('i', write('a', 1, 9)), replace('i', write('b', 2, 8))],
  ],
  [
    'two that found the key absent',
    [
      write(undefined, 1, 2),
      replace(undefined, write('a', 3, 9)),
      replace(undefined, write('b', 4, 8)),
    ],
  ],
  ['a replacement of what was not there', [replace('x', write('a', 1, 2))]],
  ['a replacement refused for nothing', [refused(replace('i', write('a', 1, 2)))]],
  ['an old value behind a write', [write('a', 1, 2), read('i', 3, 4)]],
  ['a new value and then the old one', [write('a', 1, 9), read('a', 2, 3), read('i', 4, 5)]],
  [
    'two readers that disagree on the order',
    [write('a', 1, 9), write('b', 1.5, 9.5), read('a', 2, 3), read('b', 4, 5), read('a', 6, 7)],
  ],
  ['a value back after its delete', [write('a', 1, 2), write(undefined, 3, 4), read('a', 5, 6)]],
  [
    'a lost write that takes effect twice',
    [{ ...write('a', 1, 3), lost: true }, read('a', 4, 5), write('b', 6, 7), read('a', 8, 9)],
  ],
])('%s is not explained', (_, operations) => {
  expect(longestFailedOrder(operations, 'i')).toBeDefined();
});
