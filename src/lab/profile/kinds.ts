/** The kinds of profile, and how each is put into words. */

export const kinds = {
  cpu: {
    title: 'CPU time',
    /** Follows an amount. */
    total: 'of CPU',
    whole: 'the CPU time',
    /** Each is 1000 of the one before. */
    units: ['µs', 'ms', 's'],
    /** Amounts are told per so many requests. */
    requests: 1,
    width: 'the CPU time of it and of',
  },
  alloc: {
    title: 'Allocations',
    total: 'allocated',
    whole: 'the bytes',
    units: ['B', 'kB', 'MB', 'GB', 'TB'],
    requests: 1,
    width: 'the bytes allocated by it and by',
  },
  growth: {
    title: 'Heap growth',
    total: 'kept on the heap',
    whole: 'the bytes kept',
    units: ['B', 'kB', 'MB', 'GB', 'TB'],
    requests: 1000,
    width: 'the bytes that stay, allocated by it and by',
  },
} as const;

export type Kind = keyof typeof kinds;

/** The divisor of amounts, and the words that say so; without words if nobody counted requests. */
export function perRequests(
  kind: Kind,
  requests: number | undefined,
): { readonly divisor: number; readonly unit: string } {
  if (requests === undefined || requests <= 0) return { divisor: 1, unit: '' };
  const each = kinds[kind].requests;
  return {
    divisor: requests / each,
    unit: each === 1 ? ' per request' : ` per ${each} requests`,
  };
}
