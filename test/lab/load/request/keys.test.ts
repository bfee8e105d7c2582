/** The order of keys: which each thread takes, and how often each comes, against theory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '#dist/lab/load/request/random.js';
import { scrambler } from '#dist/lab/load/request/scramble.js';
import { theta, zeta, zipfianRanks } from '#dist/lab/load/request/zipfian.js';
import { requests, workload } from './options.js';

/** How often each of `length` things was drawn. */
function tally(length: number, draws: number, draw: () => number): number[] {
  const seen = new Array<number>(length).fill(0);
  for (let drawn = 0; drawn < draws; drawn++) {
    const which = draw();
    seen[which] = (seen[which] as number) + 1;
  }
  return seen;
}

/** How far a tally is from the expected, in standard deviations of the chi-square distribution. */
function strangeness(seen: readonly number[], expected: (index: number) => number): number {
  const chiSquare = seen.reduce(
    (sum, times, index) => sum + (times - expected(index)) ** 2 / expected(index),
    0,
  );
  const degrees = seen.length - 1;
  return (chiSquare - degrees) / Math.sqrt(2 * degrees);
}

describe('sequential keys', () => {
  it.each([
    [1, 10],
    [4, 1000],
    [3, 1000],
    [7, 7],
  ])(
    'of %d threads cover %d keys once before one comes again, and no two threads share one',
    (threads, keySpace) => {
      const work = workload({ keySpace });
      const all: number[] = [];
      for (let thread = 0; thread < threads; thread++) {
        const own = Math.ceil((keySpace - thread) / threads);
        const keys = requests(2 * own, work, { threads, thread }).map(({ key }) => key);
        expect(keys.slice(own)).toEqual(keys.slice(0, own));
        expect(keys.slice(0, own)).toEqual(keys.slice(0, own).toSorted((a, b) => a - b));
        all.push(...keys.slice(0, own));
      }
      expect(all.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: keySpace }, (_, key) => key),
      );
    },
  );
});

describe('uniform keys', () => {
  it('come all alike often (chi-square over 1000 keys, 200 000 draws)', () => {
    const draws = 200_000;
    const drawn = requests(draws, workload({ keys: 'uniform', putShare: 0 }));
    let next = 0;
    const seen = tally(1000, draws, () => drawn[next++]?.key as number);
    expect(Math.abs(strangeness(seen, () => draws / 1000))).toBeLessThan(5);
  });

  it('reach both halves of the largest key space', () => {
    const keySpace = 2 ** 40;
    const keys = requests(1000, workload({ keys: 'uniform', keySpace })).map(({ key }) => key);
    expect(Math.max(...keys)).toBeLessThan(keySpace);
    expect(keys.filter((key) => key < keySpace / 2).length / 1000).toBeCloseTo(0.5, 1);
    expect(keys.filter((key) => key % 2 === 0).length / 1000).toBeCloseTo(0.5, 1);
  });
});

describe('zipfian ranks', () => {
  it.each([1000, 1_000_000])(
    'of %d come as often as 1/rank^0.99: the first two within 1 %, the first 1000 within 7 %',
    (count) => {
      const draws = 2_000_000;
      const rank = zipfianRanks(count, randomFrom(1, 0));
      const seen = tally(count, draws, rank);
      const share = (index: number) => (index + 1) ** -theta / zeta(count);
      // The method is exact for the first two ranks, and gives the next ones a little too much.
      for (const first of [0, 1])
        expect((seen[first] as number) / draws / share(first)).toBeCloseTo(1, 2);
      for (const upTo of [10, 100, 1000]) {
        const sum = (of: (index: number) => number) =>
          Array.from({ length: upTo }, (_, index) => of(index)).reduce(
            (total, part) => total + part,
            0,
          );
        expect(sum((index) => seen[index] as number) / draws / sum(share)).toBeGreaterThan(0.93);
        expect(sum((index) => seen[index] as number) / draws / sum(share)).toBeLessThan(1.07);
      }
    },
  );

  it.each([1, 2, 3, 10, 2 ** 40])('of %d lie between 0 and one less', (count) => {
    for (let draw = 0, rank = zipfianRanks(count, randomFrom(7, 0)); draw < 100_000; draw++) {
      const drawn = rank();
      if (!(Number.isInteger(drawn) && drawn >= 0 && drawn < count)) expect.fail(`drew ${drawn}`);
    }
  });

  it('are weighed by a sum that the formula gives as exactly as adding does', () => {
    let sum = 0;
    for (let term = 1; term <= 1_000_000; term++) sum += term ** -theta;
    expect(zeta(1_000_000)).toBeCloseTo(sum, 8);
    expect(zeta(1000)).toBeLessThan(zeta(1001));
  });
});

describe('zipfian keys', () => {
  const hottest = (thread: number) => {
    const times = new Map<number, number>();
    const work = workload({ keys: 'zipfian', keySpace: 100_000, putShare: 0 });
    for (const { key } of requests(50_000, work, { thread }))
      times.set(key, (times.get(key) ?? 0) + 1);
    return [...times].toSorted(([, a], [, b]) => b - a).slice(0, 5);
  };

  it('have the same hottest keys for each thread, the first with the share of theory', () => {
    const [[key = 0, times = 0] = [], ...others] = hottest(0);
    expect(hottest(1)[0]?.[0]).toBe(key);
    expect(times / 50_000 / (1 / zeta(100_000))).toBeCloseTo(1, 1);
    // They are not neighbours in the store.
    for (const [other] of others) expect(Math.abs(other - key)).toBeGreaterThan(1);
  });
});

describe('the scrambler', () => {
  it('is a permutation of every count of keys', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (count, seed) => {
        const place = scrambler(count, randomFrom(seed, 0));
        const places = Array.from({ length: count }, (_, rank) => place(rank));
        expect(places.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: count }, (_, index) => index),
        );
      }),
    );
  });

  it('stays within the largest key space', () => {
    const place = scrambler(2 ** 40, randomFrom(1, 0));
    const places = Array.from({ length: 10_000 }, (_, rank) => place(rank));
    expect(new Set(places).size).toBe(10_000);
    expect(Math.max(...places)).toBeLessThan(2 ** 40);
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  });
});
