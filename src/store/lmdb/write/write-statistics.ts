/** Counts commits and checkpoints for metrics, and publishes them on their channels. */
import {
  countBounds,
  durationBoundsUs,
  FixedHistogram,
} from '../../../statistics/fixed-histogram.js';
import type { CommitTimes, EndedCheckpoints } from '../../statistics.js';
import type { CheckpointEvent } from '../checkpoint/messages.js';
import {
  type CommitEvent,
  monotonicMs,
  publishCheckpoint,
  publishCommit,
} from './commit-channel.js';
import { FullDisk } from './full-disk.js';

export class WriteStatistics {
  readonly syncUs = new FixedHistogram(durationBoundsUs);
  readonly writes = new FixedHistogram(countBounds);
  readonly fullDisk: FullDisk;
  readonly #checkpoints = { count: 0, entries: 0, transactions: 0, busyMs: 0, longestMs: 0 };
  #heldMs = 0;
  #frameBytes = 0;
  #last: CommitEvent | undefined;

  /** @param onFull see {@link FullDisk} */
  constructor(onFull: (isFull: boolean) => void) {
    this.fullDisk = new FullDisk(onFull);
  }

  get heldMs(): number {
    return this.#heldMs;
  }

  /** Bytes of all frames so far. */
  get frameBytes(): number {
    return this.#frameBytes;
  }

  get checkpoints(): EndedCheckpoints {
    return this.#checkpoints;
  }

  get lastCommit(): CommitTimes | undefined {
    if (this.#last === undefined) return undefined;
    const shift = performance.now() - monotonicMs();
    const { beganMs, endedMs } = this.#last;
    return { beganMs: beganMs + shift, endedMs: endedMs + shift };
  }

  /** @param event with times by {@link monotonicMs} */
  committed(event: CommitEvent): void {
    this.#last = event;
    this.#heldMs += event.heldMs;
    this.#frameBytes += event.bytes;
    this.syncUs.record((event.endedMs - event.beganMs) * 1000);
    this.writes.record(event.writes);
    publishCommit(event);
  }

  /** As committed(). */
  checkpointed(event: CheckpointEvent): void {
    const sums = this.#checkpoints;
    sums.count++;
    sums.entries += event.entries;
    sums.transactions += event.transactions;
    sums.busyMs += event.busyMs;
    sums.longestMs = event.longestMs;
    publishCheckpoint(event);
  }
}
