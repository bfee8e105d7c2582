/**
 * How often a comparison of two builds is right, of builds whose difference is known, in virtual
 * time. Seeds are fixed, so each count is the same in each run. `npm run test:ab` makes ten times
 * as many comparisons.
 */
import { expect, test } from 'vitest';
import { type BuildComparison, compareBuilds } from '#dist/lab/ab/compare-builds.js';
import { intervalOf, type Pair } from '#dist/lab/ab/interval.js';
import { looksOf, shareOfLook } from '#dist/lab/ab/plan.js';
import { virtualBuilds } from './virtual-builds.js';

const times = process.env.EVENKEEL_AB_COMPARISONS === undefined ? 1 : 10;
const plan = { maxRounds: 10, tolerance: 0.05, alarmShare: 0.05 };

async function comparisons(count: number, slower: number): Promise<readonly BuildComparison[]> {
  const made: BuildComparison[] = [];
  for (let seed = 1; seed <= count; seed++)
    made.push(await compareBuilds(virtualBuilds({ slower, seconds: 10, seed }), plan));
  return made;
}

const has = (wanted: string) => (comparison: BuildComparison) =>
  comparison.changes.some(({ judgement }) => judgement === wanted);

test('few comparisons of a build with itself find a change: 8 % of many', async () => {
  const made = await comparisons(20 * times, 0);
  const alarms = made.filter((one) => has('worse')(one) || has('better')(one));
  expect(alarms.length).toBeLessThanOrEqual(times === 1 ? 3 : 0.08 * made.length);
  // One in a hundred may be called unfair.
  const unfair = made.filter((one) => one.unfair.length > 0);
  expect(unfair.length).toBeLessThanOrEqual(Math.ceil(0.03 * made.length));
});

test('10 % more service time is found in nine of ten, and never called better', async () => {
  const made = await comparisons(5 * times, 0.1);
  expect(made.filter(has('worse')).length).toBeGreaterThanOrEqual(Math.floor(0.9 * made.length));
  expect(made.filter(has('better'))).toEqual([]);
  expect(Math.max(...made.map(({ rounds }) => rounds.length))).toBeLessThanOrEqual(10);
});

test('10 % less is found as well', async () => {
  const made = await comparisons(2 * times, 1 / 1.1 - 1);
  expect(made.filter(has('better')).length).toBeGreaterThanOrEqual(Math.floor(0.9 * made.length));
  expect(made.filter(has('worse'))).toEqual([]);
});

/**
 * The change of p50 that nine of ten comparisons find, from many rounds of A against A. A build
 * that is slower by a share moves the logarithms of all its latencies by the same.
 */
function trueSmallest(rounds: readonly Pair[], figures: number): number {
  const looks = looksOf(plan.maxRounds);
  const before = looks.at(-2) as number;
  const share = shareOfLook(before, plan.maxRounds, plan.maxRounds, plan.alarmShare, figures);
  const groups = Array.from({ length: Math.floor(rounds.length / plan.maxRounds) }, (_, index) =>
    rounds.slice(index * plan.maxRounds, (index + 1) * plan.maxRounds),
  );
  const found = (slower: number) =>
    groups.filter((pairs) => {
      const { low, high } = intervalOf(
        pairs.map(({ a, b }) => ({ a, b: b * (1 + slower) })),
        share,
      );
      return low > 0 && high > plan.tolerance;
    }).length / groups.length;
  let [low, high] = [0, 1];
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (found(middle) < 0.9) low = middle;
    else high = middle;
  }
  return high;
}

test('the smallest change that is announced is within 1.5 × of the one that is found', async () => {
  const run = virtualBuilds({ slower: 0, seconds: 10, seed: 1000 });
  const rounds: Pair[] = [];
  for (let round = 0; round < 100 * times; round++) {
    const [first = 0, second = 0] = [(await run('a')).p50, (await run('a')).p50];
    rounds.push(round % 2 === 0 ? { a: first, b: second } : { a: second, b: first });
  }
  const made = await comparisons(6 * times, 0);
  const exact = trueSmallest(rounds, made[0]?.changes.length ?? 0);
  const announced = made
    .map(({ changes }) => changes.find(({ figure }) => figure === 'p50')?.smallest ?? 0)
    .sort((a, b) => a - b);
  const ratios = announced.map((smallest) => smallest / exact);
  // A standard deviation from a dozen rounds is itself known within a fifth, and so is this.
  const near = ratios.filter((ratio) => ratio > 1 / 1.5 && ratio < 1.5);
  expect(near.length).toBeGreaterThanOrEqual(Math.floor(0.9 * ratios.length));
  const middle = ratios[ratios.length / 2];
  expect(middle).toBeGreaterThan(0.8);
  expect(middle).toBeLessThan(1.25);
});
