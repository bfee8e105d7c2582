/**
 * os.date and os.time of the C locale: glibc's conversions, with its flags and widths. Time zones
 * are the machine's.
 */
import type { HostFunction } from './host-function.js';
import type { LuaValue } from './lua-values.js';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const dayMs = 86_400_000;

/** A moment's parts in a time zone; month and weekday from 0, day of the year from 1. */
interface Moment {
  readonly seconds: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
  readonly yearDay: number;
  readonly daylight: boolean;
  /** Minutes east of Greenwich. */
  readonly offset: number;
  readonly zone: string;
}

export function dateFunctions(): Record<string, HostFunction> {
  return {
    date: (format, at, universal) =>
      formatDate(format as string, momentOf(at as number, universal === true)),
    date_fields: (at, universal) => fieldsOf(momentOf(at as number, universal === true)),
    local_time: (...parts) => localTime(parts as number[]),
  };
}

function momentOf(seconds: number, universal: boolean): Moment {
  const date = new Date(seconds * 1000);
  const offset = universal ? 0 : -date.getTimezoneOffset();
  // The same clock face in UTC, which has no gaps.
  const face = new Date(date.getTime() + offset * 60_000);
  const year = face.getUTCFullYear();
  const standard = universal ? 0 : standardOffset(year);
  return {
    seconds,
    year,
    month: face.getUTCMonth(),
    day: face.getUTCDate(),
    hour: face.getUTCHours(),
    minute: face.getUTCMinutes(),
    second: face.getUTCSeconds(),
    weekday: face.getUTCDay(),
    yearDay: Math.floor((face.getTime() - startOfYear(year)) / dayMs) + 1,
    daylight: offset !== standard,
    offset,
    zone: universal ? 'GMT' : zoneOf(date),
  };
}

function startOfYear(year: number): number {
  return new Date(0).setUTCFullYear(year, 0, 1);
}

/** The smaller of the offsets of winter and summer. */
function standardOffset(year: number): number {
  const [january, july] = [0, 6].map((month) => -new Date(year, month, 1).getTimezoneOffset());
  return Math.min(january as number, july as number);
}

function zoneOf(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

function fieldsOf(moment: Moment): LuaValue {
  return new Map<LuaValue, LuaValue>([
    ['sec', moment.second],
    ['min', moment.minute],
    ['hour', moment.hour],
    ['day', moment.day],
    ['month', moment.month + 1],
    ['year', moment.year],
    ['wday', moment.weekday + 1],
    ['yday', moment.yearDay],
    ['isdst', moment.daylight],
  ]);
}

/** As C's mktime: parts may be out of range. @param parts daylight saving is −1 if unknown */
function localTime(parts: readonly number[]): number | undefined {
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0, daylight = -1] = parts;
  const date = new Date(2000, 0, 1, 0, 0, 0);
  date.setFullYear(year, month - 1, day);
  date.setHours(hour, minute, second);
  const seconds = Math.floor(date.getTime() / 1000);
  if (Number.isNaN(seconds) || seconds === -1) return undefined;
  const moment = momentOf(seconds, false);
  if (daylight === 1 && !moment.daylight) return seconds - 3600;
  if (daylight === 0 && moment.daylight) return seconds + 3600;
  return seconds;
}

type Field = readonly [value: number | string, width?: number, pad?: '0' | '_'];

/** ISO 8601: the year that a week belongs to, and its number. */
function isoWeek({ year, yearDay, weekday }: Moment): readonly [year: number, week: number] {
  const week = Math.floor((yearDay - ((weekday + 6) % 7) + 9) / 7);
  if (week < 1) return [year - 1, weeksOf(year - 1)];
  return week > weeksOf(year) ? [year + 1, 1] : [year, week];
}

function weeksOf(year: number): number {
  const first = new Date(startOfYear(year)).getUTCDay();
  const leap = startOfYear(year + 1) - startOfYear(year) === 366 * dayMs;
  return first === 4 || (leap && first === 3) ? 53 : 52;
}

const conversions: Readonly<Record<string, (moment: Moment) => Field | string>> = {
  a: ({ weekday }) => [(weekdays[weekday] as string).slice(0, 3)],
  A: ({ weekday }) => [weekdays[weekday] as string],
  b: ({ month }) => [(months[month] as string).slice(0, 3)],
  B: ({ month }) => [months[month] as string],
  c: () => '%a %b %e %H:%M:%S %Y',
  C: ({ year }) => [Math.floor(year / 100), 2],
  d: ({ day }) => [day, 2],
  D: () => '%m/%d/%y',
  e: ({ day }) => [day, 2, '_'],
  F: () => '%Y-%m-%d',
  g: (moment) => [((isoWeek(moment)[0] % 100) + 100) % 100, 2],
  G: (moment) => [isoWeek(moment)[0], 1],
  h: () => '%b',
  H: ({ hour }) => [hour, 2],
  I: ({ hour }) => [hour % 12 || 12, 2],
  j: ({ yearDay }) => [yearDay, 3],
  k: ({ hour }) => [hour, 2, '_'],
  l: ({ hour }) => [hour % 12 || 12, 2, '_'],
  m: ({ month }) => [month + 1, 2],
  M: ({ minute }) => [minute, 2],
  n: () => ['\n'],
  p: ({ hour }) => [hour < 12 ? 'AM' : 'PM'],
  P: ({ hour }) => [hour < 12 ? 'am' : 'pm'],
  r: () => '%I:%M:%S %p',
  R: () => '%H:%M',
  s: ({ seconds }) => [seconds, 1],
  S: ({ second }) => [second, 2],
  t: () => ['\t'],
  T: () => '%H:%M:%S',
  u: ({ weekday }) => [weekday || 7, 1],
  U: ({ yearDay, weekday }) => [Math.floor((yearDay + 6 - weekday) / 7), 2],
  V: (moment) => [isoWeek(moment)[1], 2],
  w: ({ weekday }) => [weekday, 1],
  W: ({ yearDay, weekday }) => [Math.floor((yearDay + 6 - ((weekday + 6) % 7)) / 7), 2],
  x: () => '%m/%d/%y',
  X: () => '%H:%M:%S',
  y: ({ year }) => [((year % 100) + 100) % 100, 2],
  Y: ({ year }) => [year, 1],
  z: ({ offset }) => {
    const minutes = Math.abs(offset);
    const clock =
      `${Math.floor(minutes / 60)}`.padStart(2, '0') + `${minutes % 60}`.padStart(2, '0');
    return [`${offset < 0 ? '-' : '+'}${clock}`];
  },
  Z: ({ zone }) => [zone],
  '%': () => ['%'],
};

function formatDate(format: string, moment: Moment): string {
  return format.replace(
    /%([_\-0^#]*)(\d*)([EO]?)([A-Za-z%])/g,
    (given, flags: string, width: string, _modifier: string, letter: string) => {
      const field = conversions[letter]?.(moment);
      if (field === undefined) return given;
      const text =
        typeof field === 'string'
          ? padded([formatDate(field, moment)], flags, width)
          : padded(field, flags, width);
      if (flags.includes('^')) return text.toUpperCase();
      if (!flags.includes('#')) return text;
      return letter === 'p' || letter === 'Z' ? text.toLowerCase() : text.toUpperCase();
    },
  );
}

function padded([value, usual = 0, usualPad]: Field, flags: string, width: string): string {
  const flag = /[_\-0](?=[^_\-0]*$)/.exec(flags)?.[0];
  const isText = typeof value === 'string';
  const pad = flag ?? usualPad ?? (isText ? '_' : '0');
  const size = width === '' ? usual : Number(width);
  if (pad === '-') return String(value);
  const sign = !isText && value < 0 ? '-' : '';
  const digits = isText ? value : String(Math.abs(value));
  return pad === '_'
    ? (sign + digits).padStart(size, ' ')
    : sign + digits.padStart(size - sign.length, '0');
}
