/**
 * Slows frames down before the wall: the active segment must not be full before the checkpoint of
 * the other one ends. Each frame waits for its share of what the checkpoint still needs, so no
 * write ever waits for all of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control } from '../checkpoint/messages.js';
import { frameBytes } from './frame.js';
import type { Segment } from './segment.js';

/**
 * From this fill on. Before, too little of the checkpoint is done to tell when it will end. Where
 * the checkpoint has its own pace (pace.ts), nothing waits: the frames come slowly enough.
 */
const minFill = 0.3;
/** Timers wait no less. */
const minWaitMs = 1;
const maxWaitMs = 100;

export class Admission {
  readonly #control: Control;
  #lastMs = 0;
  /** The time for which the checkpoint has been seen, and where it was then. */
  #seen = { ms: 0, done: 0 };
  #debtMs = 0;

  constructor(control: Control) {
    this.#control = control;
  }

  /** A wait before a frame, while a checkpoint runs; undefined: none. */
  wait(active: Segment, entryBytes: number): Promise<void> | undefined {
    const nowMs = performance.now();
    const { done } = this.#control;
    if (active.fill < minFill) {
      this.#seen = { ms: nowMs, done };
      this.#lastMs = nowMs;
      this.#debtMs = 0;
      return undefined;
    }
    const sinceMs = nowMs - this.#seen.ms;
    const progress = done - this.#seen.done;
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (progress <= 0) return undefined;
    const remainingMs = ((1 - done) * sinceMs) / progress;
    const share = frameBytes(entryBytes) / Math.max(active.freeBytes, 1);
    this.#debtMs = Math.max(0, this.#debtMs + share * remainingMs - elapsedMs);
    if (this.#debtMs < minWaitMs) return undefined;
    return sleep(Math.min(this.#debtMs, maxWaitMs));
  }
}
