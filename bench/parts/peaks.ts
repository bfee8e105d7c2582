/** GET over a filled store, and durable PUT, at their peaks: the groups, the peers, the tables. */
import type { Bar, Measured, Part, Table } from '../part.js';
import { startEvenkeel, startFullLane } from '../peers/evenkeel.js';
import { startFastify } from '../peers/fastify.js';
import { startConstant } from '../peers/nginx.js';
import { startRedisAlone, startWebdis } from '../peers/redis.js';
import { median, middle, type Rounds, ratio, valuesOf } from '../support/rounds.js';
import { thousands } from '../write/numbers.js';
import { barPlot } from '../write/plots.js';
import { type Group, measurePeaks, type Peers } from './measure-peaks.js';

/** redis-benchmark draws keys uniformly only. In a hash table their order does not matter. */
const without = ['redis alone'];

const getGroups: readonly Group[] = [
  { name: 'uniform, 100 B', order: 'uniform', valueBytes: 100, connections: [64, 20, 256] },
  { name: 'uniform, 4 KiB', order: 'uniform', valueBytes: 4096, connections: [64] },
];
export const putGroups: readonly Group[] = [
  { name: 'rising, 100 B', order: 'rising', valueBytes: 100, connections: [64, 20, 256] },
  { name: 'uniform, 100 B', order: 'uniform', valueBytes: 100, connections: [64] },
  { name: 'zipfian, 100 B', order: 'zipfian', valueBytes: 100, connections: [64], without },
  { name: 'rising, 4 KiB', order: 'rising', valueBytes: 4096, connections: [64] },
];

/** How many times as fast as each peer Evenkeel is to be. */
const getLimits = { nginx: 0.8, 'full lane': 1.6, 'redis+webdis': 2 };
const putLimits = { 'redis+webdis': 1.5 };

const peersOf = (method: 'GET' | 'PUT'): Peers => ({
  ...(method === 'GET' && { nginx: startConstant }),
  evenkeel: (options) => startEvenkeel(options),
  'full lane': startFullLane,
  'redis+webdis': (options) => startWebdis(options, method),
  'fastify+lmdb': startFastify,
  'redis alone': startRedisAlone,
});

export const getPeak: Part = {
  title: 'GET peak',
  programs: ['wrk', 'nginx', 'redis-server', 'redis-benchmark', 'webdis'],
  measure: (settings) => measurePeaks('GET', getGroups, peersOf('GET'), settings),
  section: (measured) => ({
    intro: `wrk reads keys drawn from a filled store, as many requests per second as each peer
answers with every connection always busy. nginx returns a constant of the same length: it is the
limit. “redis alone” is Redis, driven by redis-benchmark in Redis' own protocol.`,
    tables: tables(measured, getGroups, 'response'),
    bars: bars('GET peak', measured.groups['uniform, 100 B'], getLimits),
    plots: { 'get-peak.svg': plot('GET peak', measured, getGroups) },
  }),
};

export const putPeak: Part = {
  title: 'Durable PUT peak',
  programs: ['wrk', 'redis-server', 'redis-benchmark', 'webdis'],
  measure: (settings) => measurePeaks('PUT', putGroups, peersOf('PUT'), settings),
  section: (measured) => ({
    intro: `Every peer syncs a write before it responds. Rising keys are new; uniform and zipfian
keys overwrite a filled store. “written” is the bytes written to the disk for each byte of key and
value. It includes the file system's journal, and what the rest of the machine wrote in that time.
“redis alone” is Redis, driven by redis-benchmark in Redis' own protocol.`,
    tables: tables(measured, putGroups, 'written'),
    bars: bars('durable PUT peak, rising keys,', measured.groups['rising, 100 B'], putLimits),
    plots: { 'put-peak.svg': plot('Durable PUT peak', measured, putGroups) },
  }),
};

function bars(peak: string, rounds: Rounds = {}, limits: Record<string, number>): Bar[] {
  return Object.entries(limits).map(([other, limit]) => ({
    what: `${peak} at 64 connections, times ${other}`,
    value: ratio(rounds, 'c64 rate', 'evenkeel', other),
    limit,
    sense: 'at least',
  }));
}

/** Groups that were measured, in order, with the numbers of connections that were, rising. */
function measuredGroups({ groups }: Measured, all: readonly Group[]) {
  return all.flatMap(({ name, connections }) => {
    const rounds: Rounds = groups[name] ?? {};
    const counts = connections
      .filter((count) => valuesOf(rounds, `c${count} rate`, 'evenkeel').length > 0)
      .toSorted((a, b) => a - b);
    return counts.length === 0 ? [] : [{ name, rounds, counts }];
  });
}

/** @param last the column of responses' lengths, or of bytes written */
export function tables(
  measured: Measured,
  all: readonly Group[],
  last: 'response' | 'written',
): Table[] {
  const columns = ['median/s', 'min … max', 'evenkeel / it', 'p50 ms', 'p99 ms', last];
  return measuredGroups(measured, all).map(({ name, rounds, counts }) => ({
    head: [`connections (${name})`, 'peer', ...columns],
    rows: counts.flatMap((count) => Object.keys(rounds).map((side) => rowOf(rounds, count, side))),
  }));
}

function rowOf(rounds: Rounds, count: number, side: string): string[] {
  const rate = `c${count} rate`;
  const rates = valuesOf(rounds, rate, side);
  const of = (figure: string, format: (value: number) => string) => {
    const value = middle(rounds, `c${count} ${figure}`, side);
    return Number.isNaN(value) ? '' : format(value);
  };
  return [
    String(count),
    side,
    thousands(median(rates)),
    `${thousands(Math.min(...rates))} … ${thousands(Math.max(...rates))}`,
    side === 'evenkeel' ? '1' : ratio(rounds, rate, 'evenkeel', side).toFixed(2),
    of('p50', (ms) => ms.toFixed(2)),
    of('p99', (ms) => ms.toFixed(2)),
    of('answer', (bytes) => `${Math.round(bytes)} B`) || of('written', (n) => `${n.toFixed(1)} ×`),
  ];
}

export function plot(title: string, measured: Measured, all: readonly Group[]): string {
  const groups = measuredGroups(measured, all).flatMap(({ name, rounds, counts }) =>
    counts.map((count) => ({
      name: `${name}, ${count} connections`,
      bars: Object.keys(rounds).map((side) => {
        return { name: side, values: valuesOf(rounds, `c${count} rate`, side) };
      }),
    })),
  );
  const subtitle = 'median of the rounds; the thin line goes from the min to the max';
  return barPlot({ title: `${title}, requests per second`, subtitle }, groups);
}
