/** Requests that were never sent are late in even steps; there may be very many of them. */
import type { Histogram } from '../histogram/histogram.js';

/** Records first, first − step, first − 2·step, …; neighbours of one bucket at once. */
export function recordRamp(
  into: Histogram,
  firstUs: number,
  stepUs: number,
  steps: number,
  times: number,
): void {
  let us = firstUs;
  for (let left = steps; left > 0; ) {
    const alike = us <= 0 ? left : Math.min(left, Math.max(1, Math.floor(us / 2048 / stepUs)));
    into.record(us, alike * times);
    us -= alike * stepUs;
    left -= alike;
  }
}

export interface Unsent {
  /** When they could have been sent; those due later could at their own time. */
  readonly idealSentUs: number;
  /** When the first was due. */
  readonly dueUs: number;
  readonly periodUs: number;
  readonly sends: number;
  /** Requests in one send. */
  readonly times: number;
}

/** Records what of their lateness at the end is the generator's. */
export function recordLags(into: Histogram, endUs: number, unsent: Unsent): void {
  const { idealSentUs, dueUs, periodUs, sends, times } = unsent;
  // Alike for all that were due before they could be sent, then falling with the due times.
  const alike = Math.min(sends, Math.max(0, Math.ceil((idealSentUs - dueUs) / periodUs)));
  if (alike > 0) into.record(endUs - idealSentUs, alike * times);
  recordRamp(into, endUs - (dueUs + alike * periodUs), periodUs, sends - alike, times);
}
