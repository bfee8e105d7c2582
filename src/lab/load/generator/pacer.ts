/**
 * Runs a thread's turns: as close to the due times as the system allows, and without eating the CPU that the service needs.
 *
 * Node's timers tick in milliseconds, so a turn is an immediate and the time between turns is slept away with `Atomics.wait`,
 * in slices, because neither answers nor messages are seen while the thread sleeps. A sleeper wakes late by some tens of
 * µs, so the last stretch before a due time is spun: each turn of the event loop then takes a few µs.
 */
import { availableParallelism } from 'node:os';
import type { Clock } from './clock.js';

/**
 * The stretch before a due time that is not slept through. About the p90 of how late Linux wakes a thread, where there are CPUs for all of
 * us and the service; else less, because what spins takes the CPU from the service.
 */
const guardUs = { roomy: 60, crowded: 20 };
/**
 * While an answer may come, the thread sleeps for this share of the usual service time: answers are seen so much late at worst, and half
 * of it on average. Shorter sleeps see them sooner, and each costs a turn of the event loop.
 */
const listeningShare = 1 / 10;
const listeningSliceUs = { least: 40, most: 200 };
/** Longest sleep while nothing is in flight. */
const idleSliceUs = 1_000;
/** A stretch of this length is more than a scheduler's mood. */
const standstillUs = 1_000;

/** The work that is paced. */
export interface Work {
  /** Does what is due; returns when the next thing is due, or undefined to end the run. */
  turn(nowUs: number): number | undefined;
  /** Answers, or connections to open, that are waited for. */
  readonly awaited: number;
  /** How long an answer usually takes. */
  readonly usualServiceUs: number;
  /** Counts sends and answers; a turn in which it does not move was idle. */
  readonly events: number;
}

export class Pacer {
  readonly #clock: Clock;
  readonly #wake: Int32Array;
  readonly #guardUs: number;
  #busyUs = 0;
  #standstills = { count: 0, totalUs: 0, longestUs: 0 };

  /**
   * @param wake a shared cell whose notification ends a sleep
   * @param threads that pace themselves on this machine
   */
  constructor(clock: Clock, wake: Int32Array, threads: number) {
    this.#clock = clock;
    this.#wake = wake;
    this.#guardUs = threads < availableParallelism() ? guardUs.roomy : guardUs.crowded;
  }

  /** Time spent in turns in which something was sent or received, over all. */
  get busyUs(): number {
    return this.#busyUs;
  }

  /** Stretches in which the thread should have run and did not. */
  get standstills(): {
    readonly count: number;
    readonly totalUs: number;
    readonly longestUs: number;
  } {
    return this.#standstills;
  }

  /** What was counted so far is forgotten. */
  restart(): void {
    this.#busyUs = 0;
    this.#standstills = { count: 0, totalUs: 0, longestUs: 0 };
  }

  /** Resolves when the work says that the run has ended. Rejects with what a turn throws. */
  run(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      let began = this.#clock.now();
      let events = work.events;
      const turn = () => {
        try {
          const now = this.#clock.now();
          this.#noteStandstill(now - began);
          const dueUs = work.turn(now);
          if (dueUs === undefined) return resolve();
          const after = this.#clock.now();
          this.#noteStandstill(after - now);
          if (work.events !== events) this.#busyUs += after - began;
          events = work.events;
          const awakeUs = after + this.#sleep(dueUs - after, work);
          began = this.#clock.now();
          this.#noteStandstill(began - awakeUs);
          setImmediate(turn);
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(turn);
    });
  }

  /** Returns how long it meant to sleep. */
  #sleep(leftUs: number, { awaited, usualServiceUs }: Work): number {
    const { least, most } = listeningSliceUs;
    const wishedUs = Math.min(most, Math.max(least, usualServiceUs * listeningShare));
    // Answers that come thick and fast are not slept through.
    const betweenUs = usualServiceUs > 0 ? usualServiceUs / awaited / 2 : least;
    const sliceUs = awaited > 0 ? Math.min(wishedUs, betweenUs) : idleSliceUs;
    const us = Math.min(leftUs - this.#guardUs, sliceUs);
    if (us < 10) return 0;
    Atomics.wait(this.#wake, 0, 0, us / 1000);
    return us;
  }

  #noteStandstill(us: number): void {
    if (us < standstillUs) return;
    this.#standstills.count++;
    this.#standstills.totalUs += us;
    this.#standstills.longestUs = Math.max(this.#standstills.longestUs, us);
  }
}
