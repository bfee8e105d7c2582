/**
 * The figures of the last minutes, a second at a time. Each second they are read once, however many
 * look at them, and no request pays for it.
 */
import type { ServerStatistics } from '../../server/statistics/server-statistics.js';
import { ProcessProbe } from '../process-probe.js';
import { type Interval, intervalBetween } from './interval.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';

const secondMs = 1000;
/** So many seconds are kept. */
export const maxSeconds = 600;
/** The last minute begins at one of these. */
const stepMs = 10_000;
const minuteMs = 60_000;

export class StatsHistory {
  readonly #statistics: () => ServerStatistics;
  readonly #probe = new ProcessProbe();
  readonly #timer: NodeJS.Timeout;
  readonly #seconds: Interval[] = [];
  /** Rising by time. The first is where the last minute begins. */
  #steps: Snapshot[];
  #last: Snapshot;

  constructor(statistics: () => ServerStatistics) {
    this.#statistics = statistics;
    this.#last = this.now();
    this.#steps = [this.#last];
    this.#timer = setInterval(() => this.#onSecond(), secondMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#probe.stop();
  }

  now(): Snapshot {
    return takeSnapshot(this.#statistics(), this.#probe);
  }

  /** The last minute, or a little less, up to a snapshot of now. */
  minuteUpTo(now: Snapshot): Interval {
    return intervalBetween(this.#steps[0] as Snapshot, now);
  }

  /** The last seconds that are over, rising by time. */
  seconds(count: number): readonly Interval[] {
    return count === 0 ? [] : this.#seconds.slice(-count);
  }

  #onSecond(): void {
    const now = this.now();
    this.#seconds.push(intervalBetween(this.#last, now));
    if (this.#seconds.length > maxSeconds) this.#seconds.shift();
    this.#last = now;
    const ageMs = ({ monotonicMs }: Snapshot) => now.monotonicMs - monotonicMs;
    const [newest] = this.#steps.slice(-1);
    if (newest && ageMs(newest) < stepMs - secondMs / 2) return;
    const isRecent = (step: Snapshot) => ageMs(step) < minuteMs + secondMs / 2;
    this.#steps = [...this.#steps.filter(isRecent), now];
  }
}
