/** Tells of each commit on a diagnostics channel once it is over; costs next to nothing while nobody listens. */
import { channel } from 'node:diagnostics_channel';

const commits = channel('evenkeel:commit');

/** What the channel `evenkeel:commit` carries. Times are the main thread's performance.now(). */
export interface CommitEvent {
  /** When the first of its batches was given to the writer, or the commit before was heard of, whichever was later. */
  readonly beganMs: number;
  /** When the writer's reply was heard. */
  readonly endedMs: number;
  readonly writes: number;
  /** Whether it is on the disk: all of it but what found no room. */
  readonly stored: boolean;
}

export function tellCommit(beganMs: number, writes: number, stored: boolean): void {
  if (commits.hasSubscribers)
    commits.publish({ beganMs, endedMs: performance.now(), writes, stored } satisfies CommitEvent);
}
