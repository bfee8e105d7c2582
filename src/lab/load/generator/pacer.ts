/**
 * Runs a thread's turns as close to the due times as the system allows, without taking the CPU that
 * the service needs.
 *
 * Node's timers tick in milliseconds, so a turn is an immediate, and the time between turns is
 * slept away with `Atomics.wait`: in slices, because a sleeping thread sees neither responses nor
 * messages. A sleeper wakes late by some tens of µs, so the last stretch before a due time is spun.
 */
import { availableParallelism } from 'node:os';
import type { ThreadResult } from '../result/result.js';
import type { Clock } from './clock.js';

/**
 * The stretch before a due time that is spun: about the p90 of how late Linux wakes a thread. Less
 * where there are not CPUs for all threads and the service, because spinning takes the service's.
 */
const guardUs = { roomy: 60, crowded: 20 };
/**
 * While a response is pending, the thread sleeps for this share of the mean service time: responses
 * are seen so much late at worst. Shorter sleeps see them sooner; each costs a turn of the loop.
 */
const pollShare = 1 / 10;
const pollSliceUs = { min: 40, max: 200 };
/** Longest sleep while nothing is in flight. */
const idleSliceUs = 1_000;
/** A shorter one is ordinary scheduling. */
const minStallUs = 1_000;

export interface PacedWork {
  /** Does what is due; returns when the next thing is due, or undefined to end the run. */
  turn(nowUs: number): number | undefined;
  /** Responses, or connections to open, that are waited for. */
  readonly pending: number;
  readonly meanServiceUs: number;
  /** Counts sends and responses; a turn in which it does not move was idle. */
  readonly events: number;
}

export class Pacer {
  readonly #clock: Clock;
  readonly #wake: Int32Array;
  readonly #guardUs: number;
  #busyUs = 0;
  #stalls = { count: 0, totalUs: 0, longestUs: 0 };

  readonly #onStall: ((fromUs: number, toUs: number) => void) | undefined;

  /**
   * @param wake a shared cell whose notification ends a sleep
   * @param onStall called for each stretch in which the thread should have run and did not
   */
  constructor(
    clock: Clock,
    wake: Int32Array,
    threads: number,
    onStall?: (fromUs: number, toUs: number) => void,
  ) {
    this.#onStall = onStall;
    this.#clock = clock;
    this.#wake = wake;
    this.#guardUs = threads < availableParallelism() ? guardUs.roomy : guardUs.crowded;
  }

  /** Time spent in turns in which something was sent or received, over all. */
  get busyUs(): number {
    return this.#busyUs;
  }

  /** Stretches in which the thread should have run and did not. */
  get stalls(): ThreadResult['standstills'] {
    return this.#stalls;
  }

  /** Forgets what was counted so far. */
  restart(): void {
    this.#busyUs = 0;
    this.#stalls = { count: 0, totalUs: 0, longestUs: 0 };
  }

  /** Resolves when the work says that the run has ended. Rejects with what a turn throws. */
  run(work: PacedWork): Promise<void> {
    return new Promise((resolve, reject) => {
      let began = this.#clock.now();
      let events = work.events;
      const turn = () => {
        try {
          const now = this.#clock.now();
          this.#noteStall(began, now);
          const dueUs = work.turn(now);
          if (dueUs === undefined) return resolve();
          const after = this.#clock.now();
          this.#noteStall(now, after);
          if (work.events !== events) this.#busyUs += after - began;
          events = work.events;
          const awakeUs = after + this.#sleep(dueUs - after, work);
          began = this.#clock.now();
          this.#noteStall(awakeUs, began);
          setImmediate(turn);
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(turn);
    });
  }

  /** Returns how long it meant to sleep. */
  #sleep(leftUs: number, { pending, meanServiceUs }: PacedWork): number {
    const { min, max } = pollSliceUs;
    const wishedUs = Math.min(max, Math.max(min, meanServiceUs * pollShare));
    // Responses that come thick and fast are not slept through.
    const betweenUs = meanServiceUs > 0 ? meanServiceUs / pending / 2 : min;
    const sliceUs = pending > 0 ? Math.min(wishedUs, betweenUs) : idleSliceUs;
    const us = Math.min(leftUs - this.#guardUs, sliceUs);
    if (us < 10) return 0;
    Atomics.wait(this.#wake, 0, 0, us / 1000);
    return us;
  }

  #noteStall(fromUs: number, toUs: number): void {
    const us = toUs - fromUs;
    if (us < minStallUs) return;
    this.#stalls.count++;
    this.#stalls.totalUs += us;
    this.#stalls.longestUs = Math.max(this.#stalls.longestUs, us);
    this.#onStall?.(fromUs, toUs);
  }
}
