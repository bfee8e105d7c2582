/** The seconds that the page has seen, rising by time. A server that was started again has none. */
import type { Interval } from '../../stats/interval.js';
import type { Stats } from '../../stats/stats.js';

/** As many as the server keeps. */
export const maxSeconds = 600;

let seconds: readonly Interval[] = [];
let pid: number | undefined;

export function addStats(stats: Stats): void {
  const newest = seconds.at(-1)?.toMs ?? 0;
  // A clock that was set back would hide all that comes until it has caught up.
  const startsOver = stats.pid !== pid || (stats.seconds.at(-1)?.toMs ?? newest) < newest;
  pid = stats.pid;
  seconds = startsOver
    ? stats.seconds
    : [...seconds, ...stats.seconds.filter(({ toMs }) => toMs > newest)].slice(-maxSeconds);
}

/** @param windowSeconds how far back from the newest */
export function lastSeconds(windowSeconds: number): readonly Interval[] {
  return seconds.slice(-windowSeconds);
}
