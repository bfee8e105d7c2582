/** Numbers and times as wrk2 takes them: case does not matter, a plain time is in seconds. */
import { UsageError } from '../../config/parsers.js';

const multiples: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Parses a whole number such as `10000` or `10k`. */
export function metric(min: number, max: number): (text: string) => number {
  return (text) => {
    const [, digits, unit = ''] = /^([0-9]{1,15})\s*([kmg]?)$/i.exec(text) ?? [];
    const value = Number(digits) * (multiples[unit.toLowerCase()] as number);
    if (!(value >= min && value <= max))
      throw new UsageError(
        `a whole number from ${min} to ${max}${max >= 10_000 ? ', such as 10000 or 10k' : ''}`,
      );
    return value;
  };
}

const unitMs: Readonly<Record<string, number>> = {
  us: 1e-3,
  ms: 1,
  '': 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const longUnits = /^([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h|)$/i;
const shortUnits = /^([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(us|ms|s)$/i;

/** Parses the length of a run or a wait, such as `30s`, `500ms`, `1.5m` or `60`, to whole ms. */
export function duration(minMs: number, maxMs: number): (text: string) => number {
  const least = minMs >= 1000 ? `${minMs / 1000}s` : `${minMs}ms`;
  return (text) => {
    const ms = Math.round(timeMs(longUnits, text));
    if (!(ms >= minMs && ms <= maxMs))
      throw new UsageError(
        `a time from ${least} to ${maxMs / 3_600_000}h, ` +
          `such as ${minMs <= 500 ? '500ms, ' : ''}1.5s, 30 (seconds), 2m or 1h`,
      );
    return ms;
  };
}

/** Parses a latency, such as `50us` or `0.05ms`, to µs. */
export function latency(text: string): number {
  const us = timeMs(shortUnits, text) * 1000;
  if (Number.isNaN(us)) throw new UsageError('a time with its unit, such as 50us or 0.05ms');
  return us;
}

function timeMs(pattern: RegExp, text: string): number {
  const [, digits, unit = ''] = pattern.exec(text) ?? [];
  return Number(digits) * (unitMs[unit.toLowerCase()] as number);
}

/** Parses a percentage such as `10%` to a share. */
export function percentage(text: string): number {
  const [, digits] = /^([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*%$/.exec(text) ?? [];
  if (digits === undefined) throw new UsageError('a percentage such as 10%');
  return Number(digits) / 100;
}
