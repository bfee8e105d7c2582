/**
 * Searches the highest rate at which a run is valid and holds its objective. It doubles the rate
 * until one fails, then halves the gap. A rate has failed once it fails twice in a row, since a
 * machine has bad moments. Rates above one that failed are taken to fail too.
 */

export interface FindMaxOptions<Trial> {
  /** First rate to try, in requests per second. */
  readonly start: number;
  /** Highest rate to try. */
  readonly ceiling: number;
  readonly passed: (trial: Trial) => boolean;
  /** The trial ended before its time: it proves nothing, and the search ends with what is known. */
  readonly cutShort?: (trial: Trial) => boolean;
  /**
   * Asked when a rate has failed twice, with the deciding step of each such rate so far. A sentence
   * that says why no other rate is worth trying ends the search.
   */
  readonly giveUp?: (failed: readonly Step<Trial>[]) => string | undefined;
  readonly onStep?: (step: Step<Trial>) => void;
}

export interface Step<Trial> {
  readonly rate: number;
  readonly trial: Trial;
  readonly passed: boolean;
  /** It is the second try, and decides. */
  readonly repeated: boolean;
}

export interface Found<Trial> {
  /** The highest rate that passed, and its run; absent if none did. */
  readonly best?: Step<Trial>;
  /** The lowest rate that failed twice; absent if none did up to the ceiling. */
  readonly failedAt?: number;
  /** Why it ended before the highest rate was known. */
  readonly gaveUp?: string;
  readonly steps: readonly Step<Trial>[];
}

/** The search ends when the gap is at most this share of the rate found, or 1/s. */
export const precision = 0.02;
/** Twice: 24 doublings from 1/s past the largest rate, or as many halvings, and 6 for the gap. */
export const maxSteps = 64;

/** @param run one run at the rate, a whole number of requests per second */
export async function findMax<Trial>(
  run: (rate: number) => Promise<Trial>,
  options: FindMaxOptions<Trial>,
): Promise<Found<Trial>> {
  const { ceiling, passed, cutShort, giveUp, onStep } = options;
  const steps: Step<Trial>[] = [];
  const failed: Step<Trial>[] = [];
  let best: Step<Trial> | undefined;
  let gaveUp: string | undefined;
  let repeated = false;
  let rate: number | undefined = Math.max(1, Math.min(ceiling, Math.round(options.start)));
  while (rate !== undefined && steps.length < maxSteps) {
    const trial: Trial = await run(rate);
    if (cutShort?.(trial)) break;
    const step: Step<Trial> = { rate, trial, passed: passed(trial), repeated };
    steps.push(step);
    onStep?.(step);
    if (!step.passed && !repeated) {
      repeated = true;
      continue;
    }
    repeated = false;
    if (step.passed) best = step;
    else {
      failed.push(step);
      gaveUp = giveUp?.(failed);
      if (gaveUp !== undefined) break;
    }
    rate = next(best?.rate ?? 0, failed.at(-1)?.rate, ceiling);
  }
  const failedAt = failed.at(-1)?.rate;
  return {
    ...(best && { best }),
    ...(failedAt !== undefined && { failedAt }),
    ...(gaveUp !== undefined && { gaveUp }),
    steps,
  };
}

/** The rate to try above the highest that passed, below the lowest that failed; if any. */
function next(low: number, high: number | undefined, ceiling: number): number | undefined {
  if (high === undefined) return low < ceiling ? Math.min(ceiling, 2 * low) : undefined;
  const gap = high - low;
  return gap <= Math.max(1, low * precision) ? undefined : Math.round(low + gap / 2);
}
