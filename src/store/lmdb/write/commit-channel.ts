/** Publishes each commit on a diagnostics channel; costs next to nothing without subscribers. */
import { channel } from 'node:diagnostics_channel';

const commits = channel('evenkeel:commit');

/** The messages of the channel `evenkeel:commit`. Times are the main thread's performance.now(). */
export interface CommitEvent {
  /** When the writer thread began. */
  readonly beganMs: number;
  /** When it was on the disk. The event loop acknowledges its writes after that. */
  readonly endedMs: number;
  readonly writes: number;
}

/** A clock that all threads share, in ms. */
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
