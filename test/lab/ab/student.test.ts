/** Student's t against the tables that textbooks print, and the arithmetic of looks. */
import { describe, expect, it } from 'vitest';
import { chanceOf, intervalOf, smallestChange } from '#dist/lab/ab/interval.js';
import { looksOf, shareOfLook, spent } from '#dist/lab/ab/plan.js';
import { studentQuantile } from '#dist/lab/ab/student.js';

describe("Student's t", () => {
  it.each([
    [0.975, 1, 12.706],
    [0.975, 4, 2.776],
    [0.95, 9, 1.833],
    [0.995, 9, 3.25],
    [0.9995, 5, 6.869],
    [0.975, 30, 2.042],
    [0.9, 1e6, 1.2816],
    [0.025, 9, -2.262],
    [0.5, 3, 0],
  ])('has the quantile %d at %d degrees of freedom as in the tables', (probability, freedom, t) => {
    expect(studentQuantile(probability, freedom)).toBeCloseTo(t, 3);
  });
});

describe('the looks of a comparison', () => {
  it('come later and later, and end with the last round', () => {
    expect(looksOf(4)).toEqual([4]);
    expect(looksOf(10)).toEqual([4, 6, 10]);
    expect(looksOf(30)).toEqual([4, 6, 9, 14, 21, 30]);
  });

  it('share the chance of an alarm, and the figures share it too', () => {
    for (const max of [4, 10, 37, 500]) {
      const looks = looksOf(max);
      const parts = looks.map((look, index) =>
        shareOfLook(looks[index - 1] ?? 0, look, max, 0.05, 5),
      );
      expect(5 * parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(0.05, 12);
      expect(parts.every((part) => part > 0)).toBe(true);
    }
    expect(spent(5, 10, 0.05)).toBeCloseTo(0.05 / 8, 12);
  });
});

describe('an interval', () => {
  const pairs = [1.1, 1.2, 1.1, 1.2].map((ratio) => ({ a: 100, b: 100 * ratio }));

  it('is that of Student over the logarithms of the ratios', () => {
    const [low, high] = [Math.log(1.1), Math.log(1.2)];
    const mean = (low + high) / 2;
    const deviation = ((high - low) / 2) * Math.sqrt(4 / 3);
    const half = (3.182446 * deviation) / 2;
    const interval = intervalOf(pairs, 0.05);
    expect(Math.log1p(interval.change)).toBeCloseTo(mean, 9);
    expect(Math.log1p(interval.low)).toBeCloseTo(mean - half, 6);
    expect(Math.log1p(interval.high)).toBeCloseTo(mean + half, 6);
  });

  it('turns round with the builds', () => {
    const turned = intervalOf(
      pairs.map(({ a, b }) => ({ a: b, b: a })),
      0.05,
    );
    const { low, high } = intervalOf(pairs, 0.05);
    expect([1 / (1 + turned.high), 1 / (1 + turned.low)].map((one) => one - 1)).toEqual([
      expect.closeTo(low, 9),
      expect.closeTo(high, 9),
    ]);
  });

  it('of runs that never vary is the change itself, and any change would be found', () => {
    const same = [100, 107, 93].map((a) => ({ a, b: a * 1.5 }));
    expect(intervalOf(same, 0.001)).toEqual({
      change: expect.closeTo(0.5, 9),
      low: expect.closeTo(0.5, 9),
      high: expect.closeTo(0.5, 9),
    });
    expect(smallestChange(0, 10, 0.01, 0.05)).toBeCloseTo(0.05, 9);
  });

  it('of one round says nothing', () => {
    expect(intervalOf(pairs.slice(1, 2), 0.05)).toEqual({ change: 0, low: -1, high: Infinity });
  });

  it('takes chance from neighbours of one build, and from rounds around their mean', () => {
    const e = Math.E;
    const runs = [1, e, e, e].map(
      (value, index) => ({ build: index < 3 ? 'a' : 'b', value }) as const,
    );
    // a → a by 1, a → a by 0, and a → b is not counted.
    expect(chanceOf(runs, [])).toBeCloseTo(Math.sqrt(1 / 2), 9);
    const rounds = [
      { a: 1, b: e },
      { a: 1, b: e ** 3 },
    ];
    expect(chanceOf(runs, rounds)).toBeCloseTo(Math.sqrt((1 + 2) / 3), 9);
    expect(chanceOf([], [])).toBe(Infinity);
  });
});
