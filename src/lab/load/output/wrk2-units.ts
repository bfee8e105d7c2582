/**
 * Quantities with units as wrk2 prints them: a unit gives way to the next at 85 % of it (850us is 0.85ms). The last unit of
 * each scale is never reached, which is wrk2's doing too: two hours are 120m. Its numbers are of extended precision, so
 * one that lies exactly between two may end in another last digit there.
 */
import { fixed } from './printf.js';

interface Scale {
  /** From one unit to the next. */
  readonly step: number;
  readonly units: readonly string[];
}

const microseconds: Scale = { step: 1000, units: ['us', 'ms'] };
const seconds: Scale = { step: 60, units: ['s', 'm'] };
const binary: Scale = { step: 1024, units: ['', 'K', 'M', 'G', 'T'] };
const metric: Scale = { step: 1000, units: ['', 'k', 'M', 'G', 'T'] };

function format(amount: number, { step, units }: Scale, digits: number): string {
  let rest = amount;
  let unit = 0;
  for (; unit < units.length - 1 && rest >= step * 0.85; unit++) rest /= step;
  return `${fixed(rest, digits)}${units[unit]}`;
}

/** `616.23us`, `1.08ms`, `2.50s`, `1.00m` */
export function formatTimeUs(us: number): string {
  return us >= 1e6 ? format(us / 1e6, seconds, 2) : format(us, microseconds, 2);
}

/** The length of a run, which wrk2 takes in whole seconds only: `10s`, `1m`; others with two digits, `1.50s`. */
export function formatDuration(ms: number): string {
  return format(ms / 1000, seconds, ms % 1000 === 0 ? 0 : 2);
}

/** `38.33M`, to be followed by a B. */
export function formatBinary(bytes: number): string {
  return format(bytes, binary, 2);
}

/** `2.64k` */
export function formatMetric(amount: number): string {
  return format(amount, metric, 2);
}

/**
 * The text at the right of a column, with room for two letters of unit, so that the digits of all rows are in line.
 * What is too long moves the rest of the row; wrk2 would cut it, and turn 1000.00ms into 1000.00m.
 */
export function inColumn(text: string, width: number): string {
  const [letters = ''] = /[A-Za-z]{0,2}$/.exec(text) ?? [];
  const room = 2 - letters.length;
  return text.padStart(width - room) + ' '.repeat(room);
}
