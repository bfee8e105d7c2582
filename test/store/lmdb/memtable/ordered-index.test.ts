/** The index against a map: the same keys in the same order, and the newest place of each. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Entries, writeDelete } from '#dist/store/lmdb/journal/entry.js';
import { OrderedIndex } from '#dist/store/lmdb/memtable/ordered-index.js';

const key = fc
  .array(fc.constantFrom(0, 1, 97, 255), { minLength: 1, maxLength: 4 })
  .map((bytes) => Buffer.from(bytes));
const manyKeys = fc
  .array(fc.nat(3000), { minLength: 1500, maxLength: 4000 })
  .map((numbers) => numbers.map((number) => Buffer.from(`key-${number}`)));

/** An index over an entry for each key, in this order. */
function fill(keys: readonly Buffer[]) {
  const entries = new Entries(Buffer.alloc(keys.length * 16));
  const newest = new Map<string, number>();
  const index = new OrderedIndex(entries);
  let at = 0;
  for (const each of keys) {
    const place = at;
    at = writeDelete(entries.memory, at, each);
    index.set(place);
    newest.set(each.toString('latin1'), place);
  }
  return { entries, index, newest };
}

function inOrder(newest: ReadonlyMap<string, number>): [Buffer, number][] {
  return [...newest]
    .map(([name, place]): [Buffer, number] => [Buffer.from(name, 'latin1'), place])
    .sort(([a], [b]) => a.compare(b));
}

describe('an index', () => {
  test.each([
    ['few keys that share their beginnings', fc.array(key, { maxLength: 300 })],
    ['many keys in several blocks', manyKeys],
    ['rising keys', manyKeys.map((keys) => keys.toSorted((a, b) => a.compare(b)))],
    ['falling keys', manyKeys.map((keys) => keys.toSorted((a, b) => b.compare(a)))],
  ])('finds the newest place of each: %s', (_, keys) => {
    fc.assert(
      fc.property(keys, key, (all, other) => {
        const { index, newest } = fill(all);
        expect(index.size).toBe(newest.size);
        for (const [name, place] of newest)
          expect(index.get(Buffer.from(name, 'latin1'))).toBe(place);
        expect(index.get(other)).toBe(newest.get(other.toString('latin1')) ?? -1);
        expect([...index.toArray()]).toEqual(inOrder(newest).map(([, place]) => place));
      }),
      { numRuns: 20 },
    );
  });

  test('yields the places from any bound on, upwards and downwards', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(key, { maxLength: 100 }), manyKeys),
        fc.option(
          fc.oneof(
            key,
            fc.nat(3000).map((n) => Buffer.from(`key-${n}`)),
          ),
          {
            nil: undefined,
          },
        ),
        fc.boolean(),
        fc.boolean(),
        (all, from, isIncluded, isDescending) => {
          const { index, newest } = fill(all);
          const ordered = isDescending ? inOrder(newest).reverse() : inOrder(newest);
          const expected = ordered.filter(([each]) => {
            if (from === undefined) return true;
            const order = each.compare(from) * (isDescending ? -1 : 1);
            return order > 0 || (isIncluded && order === 0);
          });
          expect([...index.places(from, isIncluded, isDescending)]).toEqual(
            expected.map(([, place]) => place),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is empty after it was cleared, and may be filled again', () => {
    const keys = Array.from({ length: 2000 }, (_, n) => Buffer.from(`${n}`));
    const { index } = fill(keys);
    index.clear();
    expect(index.size).toBe(0);
    expect([...index.places(undefined, true, false)]).toEqual([]);
    index.set(0);
    expect(index.get(Buffer.from('0'))).toBe(0);
    expect(index.get(Buffer.from('1'))).toBe(-1);
  });
});
