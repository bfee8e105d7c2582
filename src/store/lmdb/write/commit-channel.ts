/** Tells of each commit on a diagnostics channel once it is over; costs next to nothing while nobody listens. */
import { channel } from 'node:diagnostics_channel';

const commits = channel('evenkeel:commit');

/** What the channel `evenkeel:commit` carries. Times are the main thread's performance.now(). */
export interface CommitEvent {
  /** When the writer thread began with it. */
  readonly beganMs: number;
  /** When it was on the disk. Its writes are acknowledged once the event loop has heard of it. */
  readonly endedMs: number;
  readonly writes: number;
}

/** The clock that all threads have in common, in ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** @param beganMs and endedMs by {@link monotonicMs} */
export function publishCommit(beganMs: number, endedMs: number, writes: number): void {
  if (!commits.hasSubscribers) return;
  const shift = performance.now() - monotonicMs();
  commits.publish({
    beganMs: beganMs + shift,
    endedMs: endedMs + shift,
    writes,
  } satisfies CommitEvent);
}
