/** Requests and connections of the server. */
import { countedOperations, type StatusCount } from '../../server/statistics/request-statistics.js';
import type { Interval } from '../stats/interval.js';
import type { Quantiles } from '../stats/quantiles.js';
import type { Snapshot } from '../stats/snapshot.js';
import {
  byLabel,
  counter,
  exact,
  type Family,
  gauge,
  histogram,
  histogramSamples,
  type Sample,
} from './family.js';

export function requestFamilies(now: Snapshot, minute: Interval): readonly Family[] {
  const { statuses, latencyUs, running, connections, contentBytes, state } = now;
  const { classes, refusals } = countsOf(statuses);
  const places = { open: connections.open, max: connections.max };
  const taken = { accepted: connections.accepted, refused: connections.refused };
  const timed = [...latencyUs].filter(([, counts]) => counts.count > 0);
  return [
    gauge('serving', '1 while the server takes requests, 0 while it drains or its store failed', [
      { value: state === 'serving' ? 1 : 0 },
    ]),
    counter(
      'http_requests_total',
      'Requests that are over, by operation and class of status; none: the client was gone',
      [...classes].map(([key, value]) => {
        const [operation = '', status = ''] = key.split(' ');
        return { labels: { operation, status }, value };
      }),
    ),
    counter('http_errors_total', 'Responses with a status from 400 on', byLabel('code', refusals)),
    histogram(
      'http_request_duration_seconds',
      'From when a request was read to when its response was handed over',
      timed.flatMap(([operation, counts]) => histogramSamples(counts, 1e-6, { operation })),
    ),
    {
      name: 'http_request_latency_seconds',
      help: 'The same durations: quantiles of the last minute, finer than the buckets',
      type: 'summary',
      samples: timed.flatMap(([operation, counts]) => [
        ...quantileSamples(minute.operations[operation]?.latencyMs, operation),
        { labels: { operation }, value: exact(counts.sum / 1e6), suffix: '_sum' },
        { labels: { operation }, value: counts.count, suffix: '_count' },
      ]),
    },
    gauge('http_requests_running', 'Requests that are running now', running),
    counter(
      'http_received_bytes_total',
      'Bytes received, heads and contents',
      connections.receivedBytes,
    ),
    counter('http_sent_bytes_total', 'Bytes sent, heads and contents', connections.sentBytes),
    gauge('http_connections', 'Connections that are open', places.open),
    gauge('http_connections_limit', 'Connections that may be open at once', places.max),
    counter(
      'http_connections_total',
      'Connections by how they began; refused: no place, so they got 503',
      byLabel('result', taken),
    ),
    gauge(
      'content_memory_bytes',
      'Contents in memory, received or waiting for their reader',
      contentBytes,
    ),
  ];
}

const shares = { p50: '0.5', p90: '0.9', p99: '0.99', p999: '0.999', max: '1' } as const;

/** @param latencyMs undefined: there was no request in that time */
function quantileSamples(latencyMs: Quantiles | null | undefined, operation: string): Sample[] {
  if (!latencyMs) return [];
  return (Object.keys(shares) as (keyof typeof shares)[]).map((name) => ({
    labels: { operation, quantile: shares[name] },
    value: exact(latencyMs[name] / 1000),
  }));
}

/** Statuses that are there from the start, so that a first one is seen as a rise. */
const expected = ['503', '507'];

function countsOf(statuses: readonly StatusCount[]) {
  const classes = new Map<string, number>();
  for (const operation of countedOperations)
    for (const status of ['2xx', '5xx']) classes.set(`${operation} ${status}`, 0);
  const refusals: Record<string, number> = Object.fromEntries(expected.map((code) => [code, 0]));
  for (const { operation, status, count } of statuses) {
    const group = status === 0 ? 'none' : `${Math.floor(status / 100)}xx`;
    const key = `${operation} ${group}`;
    classes.set(key, (classes.get(key) ?? 0) + count);
    if (status >= 400) refusals[status] = (refusals[status] ?? 0) + count;
  }
  return { classes, refusals };
}
