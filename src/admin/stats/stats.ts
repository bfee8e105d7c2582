/** /stats: the figures of a server as one JSON, for a dashboard. */
import { Problem } from '../../server/api/problem.js';
import type { ServerState } from '../../server/statistics/server-statistics.js';
import { repeatedOrUnknown } from '../query.js';
import { maxSeconds, type StatsHistory } from './history.js';
import type { Interval } from './interval.js';

const defaultSeconds = 60;

export interface Stats {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly state: ServerState;
  /** Up to now. Its gauges are those of now. */
  readonly minute: Interval;
  /** Each second that is over, the newest at the end. */
  readonly seconds: readonly Interval[];
}

/** @throws Problem 400 */
export function statsFor(query: URLSearchParams, history: StatsHistory, version: string): Stats {
  const seconds = query.get('seconds') ?? String(defaultSeconds);
  const unused = repeatedOrUnknown(query, ['seconds']);
  if (unused !== undefined)
    throw new Problem(400, `'${unused}' is not used: seconds is taken, once`);
  const wanted = `seconds is a whole number from 0 to ${maxSeconds}`;
  if (!/^\d{1,3}$/.test(seconds) || Number(seconds) > maxSeconds)
    throw new Problem(400, `${wanted}, got '${seconds}'`);
  const now = history.now();
  return {
    version,
    node: process.version,
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    state: now.state,
    minute: history.minuteUpTo(now),
    seconds: history.seconds(Number(seconds)),
  };
}
