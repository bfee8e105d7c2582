/**
 * Compares two builds in interleaved rounds: A B, B A, A B, … so that neither is always the first,
 * and a machine that slowly changes changes both alike. Before that, A is compared with itself in
 * the same way: that shows how much figures vary by chance, and whether the comparison is fair.
 *
 * It knows neither servers nor clocks: a run is whatever its caller measures.
 */
import { type FigureName, type Figures, figureNames } from './figures.js';
import {
  chanceOf,
  type Interval,
  intervalOf,
  type Pair,
  type Run,
  smallestChange,
} from './interval.js';
import { looksOf, minRounds, shareOfLook } from './plan.js';

export type Build = 'a' | 'b';

export interface Plan {
  /** Rounds of A against B, at least {@link minRounds}. */
  readonly maxRounds: number;
  /** A change within it is none that matters; 0.05 is 5 %. */
  readonly tolerance: number;
  /** Chance that a comparison of a build with itself finds any change; 0.05 is one in 20. */
  readonly alarmShare: number;
}

/** Two runs, in the order in which they were made. */
export interface Round {
  readonly order: 'ab' | 'ba';
  readonly a: Figures;
  readonly b: Figures;
}

export type Judgement = 'worse' | 'better' | 'same' | "can't tell";

export interface Change extends Interval {
  readonly figure: FigureName;
  /** The middle run of each. */
  readonly a: number;
  readonly b: number;
  readonly judgement: Judgement;
  /** A change so large would have been found in nine of ten such comparisons. */
  readonly smallest: number;
}

interface Rounds {
  /** A against A: `b` is the second A. */
  readonly calibration: readonly Round[];
  readonly rounds: readonly Round[];
}

export interface BuildComparison extends Rounds {
  readonly changes: readonly Change[];
  /** Figures that differ between A and A: the comparison is not fair. */
  readonly unfair: readonly FigureName[];
}

export interface CompareHooks {
  /** After A against A: the changes that could be found if all rounds are made. */
  readonly onCalibrated?: (comparison: BuildComparison) => void;
  readonly onRound?: (comparison: BuildComparison) => void;
  /** Asked before each round; true ends the comparison with the rounds there are. */
  readonly isOver?: () => boolean;
}

/** Rounds of A against A. */
export const calibrationRounds = minRounds;
/** Chance that a fair comparison is called unfair. */
const unfairShare = 0.01;

/** @param run makes one run of a build @throws what it throws */
export async function compareBuilds(
  run: (build: Build) => Promise<Figures>,
  plan: Plan,
  { onCalibrated, onRound, isOver = () => false }: CompareHooks = {},
): Promise<BuildComparison> {
  const calibration: Round[] = [];
  const rounds: Round[] = [];
  const made = { calibration, rounds };
  while (calibration.length < calibrationRounds && !isOver())
    calibration.push(await playRound(calibration.length, () => run('a')));
  onCalibrated?.(conclude(made, plan, false));
  const looks = looksOf(plan.maxRounds);
  while (rounds.length < plan.maxRounds && !isOver()) {
    rounds.push(await playRound(rounds.length, run));
    const comparison = conclude(made, plan, false);
    onRound?.(comparison);
    if (looks.includes(rounds.length) && isDecided(comparison)) return comparison;
  }
  return conclude(made, plan, true);
}

async function playRound(number: number, run: (build: Build) => Promise<Figures>): Promise<Round> {
  if (number % 2 === 0) {
    const a = await run('a');
    return { order: 'ab', a, b: await run('b') };
  }
  const b = await run('b');
  return { order: 'ba', a: await run('a'), b };
}

export function isDecided({ changes }: BuildComparison): boolean {
  return changes.every(({ judgement }) => judgement !== "can't tell");
}

/** Judges the rounds made so far. @param isLast no round will follow, whatever they say */
function conclude(made: Rounds, plan: Plan, isLast: boolean): BuildComparison {
  const { calibration, rounds } = made;
  const { maxRounds, alarmShare, tolerance } = plan;
  const all = [...calibration, ...rounds];
  const names = figureNames.filter(
    (name) => all.length > 0 && all.every(({ a, b }) => a[name] && b[name]),
  );
  const count = rounds.length || maxRounds;
  const before = looksOf(maxRounds).findLast((look) => look < count) ?? 0;
  // The budget may end before the last look that was planned. It knows nothing of what was found,
  // so this look may use all that is left.
  const upTo = isLast ? maxRounds : count;
  const share = shareOfLook(before, upTo, maxRounds, alarmShare, names.length);
  const changes = names.map((figure): Change => {
    const pairs = pairsOf(figure, rounds);
    const chance = chanceOf(runsOf(figure, made), pairs);
    const interval = intervalOf(pairs, share);
    return {
      figure,
      a: medianOf(pairs.map(({ a }) => a)),
      b: medianOf(pairs.map(({ b }) => b)),
      ...interval,
      judgement: pairs.length < minRounds ? "can't tell" : judgementOf(interval, tolerance),
      smallest: smallestChange(chance, count, share, tolerance),
    };
  });
  const unfair = names.filter((name) => {
    const pairs = pairsOf(name, calibration);
    const interval = intervalOf(pairs, unfairShare / names.length);
    return ['worse', 'better'].includes(judgementOf(interval, tolerance));
  });
  return { ...made, changes, unfair };
}

/** A change that is certain and does not matter is none. */
function judgementOf({ low, high }: Interval, tolerance: number): Judgement {
  if (low >= -tolerance && high <= tolerance) return 'same';
  if (low > 0) return 'worse';
  return high < 0 ? 'better' : "can't tell";
}

function pairsOf(name: FigureName, rounds: readonly Round[]): Pair[] {
  return rounds.map(({ a, b }) => ({ a: a[name] as number, b: b[name] as number }));
}

/** In the order of time. Both runs of a round of A against A are of A. */
function runsOf(name: FigureName, { calibration, rounds }: Rounds): Run[] {
  const inOrder = ({ order, a, b }: Round, second: Build): Run[] => {
    const runs: Run[] = [
      { build: 'a', value: a[name] as number },
      { build: second, value: b[name] as number },
    ];
    return order === 'ab' ? runs : runs.reverse();
  };
  return [
    ...calibration.flatMap((round) => inOrder(round, 'a')),
    ...rounds.flatMap((round) => inOrder(round, 'b')),
  ];
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low = 0, high = low] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}
