/** What a comparison has to know of a run, taken from its record. */

import type { Distribution, LoadRecord, Verdict } from '../result/load-record.js';
import type { Errors, Unanswered } from '../result/result.js';

export interface ComparableRun {
  readonly options: LoadRecord['options'];
  readonly elapsedUs: number;
  readonly completed: number;
  readonly errors: Errors;
  readonly unanswered: Unanswered;
  readonly latency: ComparableTimes;
  readonly service: ComparableTimes;
  readonly verdict: Verdict;
}

export interface ComparableTimes {
  /** µs by percentile, such as "99.9". */
  readonly percentiles: Readonly<Record<string, number>>;
  readonly count: number;
  readonly meanUs: number;
  readonly maxUs: number;
}

export function comparableOf(record: LoadRecord): ComparableRun {
  return {
    ...record,
    completed: record.requests.completed,
    latency: timesOf(record.latency),
    service: timesOf(record.service),
  };
}

function timesOf({ percentiles, ...others }: Distribution): ComparableTimes {
  const byName = percentiles.map(
    ({ percentile, valueUs }) => [String(percentile), valueUs] as const,
  );
  return { ...others, percentiles: Object.fromEntries(byName) };
}
