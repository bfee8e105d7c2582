/** Reads the figures of a server from its admin port, as Prometheus and a dashboard do. */
import type { Stats } from '#dist/admin/stats/stats.js';

export interface Scraped {
  readonly stats: Stats;
  /** Quantiles in ms over all operations, as Prometheus's histogram_quantile() makes them. */
  readonly quantile: (share: number) => number;
}

export async function scrape(adminUrl: string): Promise<Scraped> {
  const stats = (await (await fetch(`${adminUrl}/stats?seconds=600`)).json()) as Stats;
  const buckets = bucketsIn(await (await fetch(`${adminUrl}/metrics`)).text());
  return { stats, quantile: (share) => 1000 * quantileOf(buckets, share) };
}

type Bucket = readonly [bound: number, upTo: number];

const line = /^evenkeel_http_request_duration_seconds_bucket\{.*\ble="([^"]+)".*\} (\S+)$/gm;

function bucketsIn(text: string): Bucket[] {
  const sums = new Map<number, number>();
  for (const [, le = '', count = ''] of text.matchAll(line)) {
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    sums.set(bound, (sums.get(bound) ?? 0) + Number(count));
  }
  return [...sums].toSorted(([a], [b]) => a - b);
}

/** As if the values of a bucket lay in it at equal distances. */
function quantileOf(buckets: readonly Bucket[], share: number): number {
  const rank = share * (buckets.at(-1)?.[1] ?? Number.NaN);
  const at = buckets.findIndex(([, upTo]) => upTo >= rank);
  const [lower, before] = buckets[at - 1] ?? [0, 0];
  const [upper, upTo] = buckets[at] ?? [Number.NaN, Number.NaN];
  return lower + ((upper - lower) * (rank - before)) / (upTo - before);
}

/**
 * How long the store has held frames back since it was opened, in ms. Its checkpoint was behind, or
 * the disk full.
 * @throws Error if the server does not say
 */
export async function heldBackMs(adminUrl: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const [, seconds] = /^evenkeel_journal_held_back_seconds_total (\S+)$/m.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`${adminUrl}/metrics does not say what was held back`);
  return Number(seconds) * 1000;
}
