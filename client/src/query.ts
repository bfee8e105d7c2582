/** The targets of requests. */
import { encodeKey, type Key } from './key.js';
import type { Range, ReadOptions } from './options.js';
import { checkNumber } from './transport.js';

export function entityTarget(key: Key, { replicas }: ReadOptions, ttlMs?: number): string {
  let target = `/v0/entity?id=${encodeKey(key)}`;
  if (replicas !== undefined) target += `&replicas=${encodeURIComponent(replicas)}`;
  if (ttlMs === undefined) return target;
  checkNumber('ttlMs', ttlMs, 1, Number.MAX_SAFE_INTEGER);
  return `${target}&ttl=${ttlMs % 1000 === 0 ? ttlMs / 1000 : `${ttlMs}ms`}`;
}

/** Without a bound: from the first key there is. */
export function rangeTarget(range: Range, more: Record<string, string> = {}): string {
  const { prefix, start, end } = range;
  if (prefix !== undefined && (start !== undefined || end !== undefined))
    throw new TypeError('a range takes a prefix, or a start and an end, got both');
  const bounds =
    prefix !== undefined
      ? `prefix=${encodeKey(prefix)}`
      : `start=${start === undefined ? '%00' : encodeKey(start)}`;
  const rest = { ...(end !== undefined && { end: encodeKey(end) }), ...more };
  const parts = Object.entries(rest).map(([name, value]) => `&${name}=${value}`);
  return `/v0/entities?${bounds}${parts.join('')}`;
}
