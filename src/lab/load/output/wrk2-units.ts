/**
 * Quantities with units as wrk2 prints them. A unit gives way to the next at 85 % of it: 850us is
 * 0.85ms. As in wrk2, the last unit of a scale is never reached: two hours are 120m. wrk2 computes
 * in extended precision, so a number half-way between two may end in another digit there.
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

/** The length of a run: `10s`, `1m`; what is not of whole seconds, as `1.50s`. */
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

/** Text at the right of a column, digits in line. Too long, it moves the row; wrk2 would cut it. */
export function inColumn(text: string, width: number): string {
  const [letters = ''] = /[A-Za-z]{0,2}$/.exec(text) ?? [];
  const room = 2 - letters.length;
  return text.padStart(width - room) + ' '.repeat(room);
}
