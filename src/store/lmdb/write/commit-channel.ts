/**
 * Publishes each commit and each checkpoint on a diagnostics channel; costs next to nothing without
 * subscribers.
 */
import { channel } from 'node:diagnostics_channel';
import type { CheckpointEvent } from '../checkpoint/messages.js';

const commits = channel('evenkeel:commit');
const checkpoints = channel('evenkeel:checkpoint');

/** The messages of the channel `evenkeel:commit`. Times are the main thread's performance.now(). */
export interface CommitEvent {
  /** When its frame went to the disk. */
  readonly beganMs: number;
  /** When it was on the disk. The event loop acknowledges its writes after that. */
  readonly endedMs: number;
  readonly writes: number;
  /** The size of the frame. */
  readonly bytes: number;
  /** The share of its segment that is in use. */
  readonly fill: number;
  /** How long it was held back before, in ms, because the checkpoint is behind or the disk full. */
  readonly heldMs: number;
}

/** A clock that all threads share, in ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** @param event with times by {@link monotonicMs}; the message has the main thread's */
export function publishCommit(event: CommitEvent): void {
  if (!commits.hasSubscribers) return;
  const shift = performance.now() - monotonicMs();
  const { beganMs, endedMs } = event;
  commits.publish({ ...event, beganMs: beganMs + shift, endedMs: endedMs + shift });
}

/** As publishCommit(). */
export function publishCheckpoint(event: CheckpointEvent): void {
  if (!checkpoints.hasSubscribers) return;
  const shift = performance.now() - monotonicMs();
  const { beganMs, endedMs } = event;
  checkpoints.publish({ ...event, beganMs: beganMs + shift, endedMs: endedMs + shift });
}
