/**
 * Slows frames down before the wall: the active segment must not be full before the checkpoint of
 * the other one ends. Each frame waits for its share of what the checkpoint still needs, so no
 * write ever waits for all of it. While the checkpoint has its own pace (pace.ts), it needs less
 * than the segment takes to fill, and nothing waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../checkpoint/messages.js';
import { frameBytes } from './frame.js';
import type { Segment } from './segment.js';

/** Timers wait no less. */
const minWaitMs = 1;
const maxWaitMs = 25;

export class Admission {
  readonly #control: Control;
  #lastMs = 0;
  #debtMs = 0;

  constructor(control: Control) {
    this.#control = control;
  }

  /** A wait before a frame, while a checkpoint runs; undefined: none. */
  wait(active: Segment, entryBytes: number): Promise<void> | undefined {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    const share = frameBytes(entryBytes) / Math.max(active.freeBytes, 1);
    const shareMs = share * this.#control.remainingMs;
    this.#debtMs = Math.max(0, this.#debtMs + shareMs - elapsedMs);
    if (this.#debtMs < minWaitMs) return undefined;
    return sleep(Math.min(this.#debtMs, maxWaitMs));
  }
}
