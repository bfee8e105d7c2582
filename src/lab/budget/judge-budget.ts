/** Holds the work of a server against its budget, and names the functions that grew. */
import type { Budget, CostName, FrameCost } from './budget-record.js';
import type { Work } from './measure-work.js';

export interface Spending {
  readonly cost: CostName;
  readonly budget: number;
  readonly actual: number;
  /** actual / budget − 1 */
  readonly change: number;
  readonly tolerance: number;
  readonly judgement: 'within' | 'above' | 'below' | 'not judged';
  /** The functions whose own part grew most, if it is above. */
  readonly grew: readonly Growth[];
}

export interface Growth extends Omit<FrameCost, 'perRequest'> {
  /** Per request. */
  readonly before: number;
  readonly after: number;
}

const namedFrames = 3;
/** A function has grown if it has this share of the whole growth. */
const minGrowthShare = 0.35;

/** @param machine that the work was measured on */
export function judgeBudget(
  budget: Budget,
  work: Work,
  machine: Pick<Budget['machine'], 'cpu' | 'node'>,
): readonly Spending[] {
  return (['bytes', 'cpuUs'] as const).map((cost) => {
    const { perRequest, tolerance, frames } = budget[cost];
    const change = work[cost] / perRequest - 1;
    // Another Node allocates other objects. Another processor takes other times for the same work.
    const sameNode = machine.node === budget.machine.node;
    const judged = sameNode && (cost === 'bytes' || machine.cpu === budget.machine.cpu);
    const judgement = judged ? judgementOf(work[cost], perRequest, tolerance) : 'not judged';
    const growth = work[cost] - perRequest;
    const grew = judgement === 'above' ? growthOf(frames, work.frames[cost], growth) : [];
    return { cost, budget: perRequest, actual: work[cost], change, tolerance, judgement, grew };
  });
}

function judgementOf(actual: number, budget: number, tolerance: number): Spending['judgement'] {
  if (actual > budget * (1 + tolerance)) return 'above';
  return actual < budget * (1 - tolerance) ? 'below' : 'within';
}

function growthOf(
  before: readonly FrameCost[],
  after: readonly FrameCost[],
  growth: number,
): Growth[] {
  return after
    .map((frame) => {
      const old = before.find(
        (one) => one.function === frame.function && one.where === frame.where,
      );
      return {
        ...{ function: frame.function, where: frame.where },
        before: old?.perRequest ?? 0,
        after: frame.perRequest,
      };
    })
    .filter((frame) => frame.after - frame.before > growth * minGrowthShare)
    .sort((a, b) => b.after - b.before - (a.after - a.before))
    .slice(0, namedFrames);
}
