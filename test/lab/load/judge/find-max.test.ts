/** The search for the highest rate, on servers whose capacity is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FindMaxOptions,
  findMax,
  maxSteps,
  precision,
  type Step,
} from '#dist/lab/load/judge/find-max.js';

const ceiling = 10_000_000;

/** Searches on a server that passes up to a rate. */
function search(capacity: number, change: Partial<FindMaxOptions<boolean>> = {}) {
  return findMax(async (rate) => rate <= capacity, {
    start: 1000,
    ceiling,
    passed: (trial) => trial,
    ...change,
  });
}

const rates = (steps: readonly Step<unknown>[]) => steps.map(({ rate }) => rate);

describe('the search', () => {
  it('doubles until it fails twice, then halves the gap until it is within 2 %', async () => {
    const { best, failedAt, steps } = await search(3000);
    expect(rates(steps)).toEqual([
      1000, 2000, 4000, 4000, 3000, 3500, 3500, 3250, 3250, 3125, 3125, 3063, 3063, 3032, 3032,
    ]);
    expect(best?.rate).toBe(3000);
    expect(failedAt).toBe(3032);
  });

  it('goes down from a start that is too high', async () => {
    const { best, steps } = await search(100);
    expect(rates(steps).slice(0, 4)).toEqual([1000, 1000, 500, 500]);
    expect(best?.rate).toBeLessThanOrEqual(100);
    expect(best?.rate).toBeGreaterThanOrEqual(98);
  });

  it('finds every capacity from every start, within 2 % or 1/s, in bounded steps', async () => {
    const rate = fc.integer({ min: 1, max: ceiling });
    await fc.assert(
      fc.asyncProperty(rate, rate, async (capacity, start) => {
        const { best, failedAt, steps } = await search(capacity, { start });
        const found = best?.rate ?? 0;
        expect(found).toBeLessThanOrEqual(capacity);
        expect(capacity - found).toBeLessThanOrEqual(Math.max(1, found * precision));
        if (failedAt !== undefined) expect(failedAt).toBeGreaterThan(capacity);
        expect(steps.length).toBeLessThanOrEqual(maxSteps);
      }),
    );
  });

  it('ends at the ceiling when nothing fails', async () => {
    const { best, failedAt, steps } = await search(ceiling, { ceiling: 5000 });
    expect(rates(steps)).toEqual([1000, 2000, 4000, 5000]);
    expect([best?.rate, failedAt]).toEqual([5000, undefined]);
  });

  it('finds nothing when every rate fails, and ends at 1/s', async () => {
    const { best, failedAt, steps } = await search(0);
    expect([best, failedAt]).toEqual([undefined, 1]);
    expect(steps.length).toBeLessThanOrEqual(maxSteps);
  });

  it('is not misled by a failure that does not come again', async () => {
    let run = 0;
    const { best, steps } = await findMax(async (rate) => ++run % 2 === 0 && rate <= 3000, {
      start: 1000,
      ceiling,
      passed: (trial) => trial,
    });
    expect(best?.rate).toBe(3000);
    expect(steps.filter(({ repeated }) => repeated)).toHaveLength(steps.length / 2);
  });

  it('tells each step as it ends', async () => {
    const told: Step<boolean>[] = [];
    const { steps } = await search(1500, { onStep: (step) => told.push(step) });
    expect(told).toEqual(steps);
    expect(told.slice(1, 4)).toEqual([
      { rate: 2000, trial: false, passed: false, repeated: false },
      { rate: 2000, trial: false, passed: false, repeated: true },
      { rate: 1500, trial: true, passed: true, repeated: false },
    ]);
  });

  it('ends with what it knew before a trial that was cut short', async () => {
    let left = 3;
    const { best, steps } = await search(1e6, { cutShort: () => --left === 0 });
    expect(rates(steps)).toEqual([1000, 2000]);
    expect(best?.rate).toBe(2000);
  });

  it('ends for the reason it is given, asked for after each rate that failed twice', async () => {
    const asked: number[][] = [];
    const giveUp = (failed: readonly Step<boolean>[]) => {
      asked.push(rates(failed));
      return failed.length === 2 ? 'No use.' : undefined;
    };
    const { best, failedAt, gaveUp, steps } = await search(1200, { giveUp });
    expect(asked).toEqual([[2000], [2000, 1500]]);
    expect([best?.rate, failedAt, gaveUp]).toEqual([1000, 1500, 'No use.']);
    expect(rates(steps)).toEqual([1000, 2000, 2000, 1500, 1500]);
    expect(await search(1200)).not.toHaveProperty('gaveUp');
  });

  it('passes on what a run throws', async () => {
    const failing = () => Promise.reject(new Error('gone'));
    await expect(findMax(failing, { start: 1, ceiling, passed: () => true })).rejects.toThrow(
      'gone',
    );
  });
});
