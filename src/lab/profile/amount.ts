/** Amounts with their unit, in one place, so a picture and its table never round differently. */
import { kinds } from './kinds.js';
import type { Profile } from './profile.js';

/** `41.3 µs`, `1.2 kB`, `−0.04 µs`: the minus is the typographic one. */
export function formatAmount(amount: number, kind: Profile['kind']): string {
  const { units } = kinds[kind];
  let rest = Math.abs(amount);
  let unit = 0;
  for (; unit < units.length - 1 && Number(rest.toPrecision(3)) >= 1000; unit++) rest /= 1000;
  return `${amount < 0 && digits(rest) !== '0' ? '−' : ''}${digits(rest)} ${units[unit]}`;
}

/** As {@link formatAmount}, with a plus where it grew. */
export function formatDelta(amount: number, kind: Profile['kind']): string {
  return withPlus(formatAmount(amount, kind));
}

/** `30.1 %`; `0.02 %` where one digit would hide it. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  const places = percent !== 0 && Math.abs(percent) < 0.95 ? 2 : 1;
  return `${percent.toFixed(places).replace('-', '−')} %`;
}

/** A difference between two shares, in percentage points. */
export function formatShareDelta(share: number): string {
  return withPlus(formatShare(share).replace('%', 'points'));
}

/** `149 975`, with spaces that do not break. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}

/** `15.0 s` */
export function formatSeconds(us: number): string {
  return `${(us / 1e6).toFixed(1)} s`;
}

/** Values are shown per request if requests were counted: this is their number. */
export function requestsOf({ requests }: Pick<Profile, 'requests'>): number | undefined {
  return requests !== undefined && requests > 0 ? requests : undefined;
}

function withPlus(text: string): string {
  return /^−|^0(\.0+)? /.test(text) ? text : `+${text}`;
}

/** Three digits that count, and never more than three after the point. */
function digits(amount: number): string {
  const places = amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : amount >= 0.9995 ? 2 : 3;
  const text = amount.toFixed(places);
  return Number(text) === 0 ? '0' : text;
}
