/**
 * The sends of one connection that were due and never made. There may be very many of them, and
 * those due one after the other are nearly as late: neighbours of one bucket are recorded at once.
 */
import type { Histogram } from '../histogram/histogram.js';
import type { Schedule } from './schedule.js';

/** Latenesses that differ by this share, or less, are recorded as one. */
const alikeShare = 1 / 2048;

export class Unsent {
  readonly #schedule: Schedule;
  readonly #first: number;
  readonly #movedUs: number;
  /** How many there are. */
  readonly count: number;

  /** @param movedUs how far delay() has moved them @param first of their sequences */
  constructor(schedule: Schedule, first: number, movedUs: number, count: number) {
    this.#schedule = schedule;
    this.#first = first;
    this.#movedUs = movedUs;
    this.count = Math.max(0, count);
  }

  /** All that are due before a time. */
  static before(endUs: number, schedule: Schedule, first: number, movedUs: number): Unsent {
    // A delay may have moved some of them past the end: those were not due.
    const all = new Unsent(schedule, first, movedUs, Infinity);
    const count = Math.min(all.before(endUs), all.before(endUs + movedUs));
    return new Unsent(schedule, first, movedUs, count);
  }

  dueUs(index: number): number {
    const { connections } = this.#schedule;
    return this.#schedule.dueUs(this.#first + index * connections) + this.#movedUs;
  }

  /** How many are due before a time. */
  before(us: number): number {
    const sends = this.#schedule.sendsBefore(us - this.#movedUs) - this.#first;
    return Math.min(this.count, Math.max(0, Math.ceil(sends / this.#schedule.connections)));
  }

  /** Those from one on, up to another. */
  slice(from: number, to: number): Unsent {
    const { connections } = this.#schedule;
    const first = this.#first + from * connections;
    return new Unsent(this.#schedule, first, this.#movedUs, to - from);
  }

  /** Records how long before a time each was due, 0 for those due later. Each counts `times`. */
  recordLateness(into: Histogram, atUs: number, times: number): void {
    for (let done = 0; done < this.count; ) {
      const dueUs = this.dueUs(done);
      const us = atUs - dueUs;
      const alike = us <= 0 ? this.count : this.before(dueUs + us * alikeShare);
      const next = Math.max(done + 1, alike);
      into.record(us, (next - done) * times);
      done = next;
    }
  }

  /** Records the generator's part of it. @param idealSentUs when they could have been sent */
  recordLags(into: Histogram, endUs: number, idealSentUs: number, times: number): void {
    // Alike for all that were due before they could be sent, then falling with the due times.
    const waited = this.before(idealSentUs);
    if (waited > 0) into.record(endUs - idealSentUs, waited * times);
    this.slice(waited, this.count).recordLateness(into, endUs, times);
  }
}
