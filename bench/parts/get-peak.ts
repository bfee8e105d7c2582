/** GET at its peak, over a filled store. */
import type { Measured, Part } from '../part.js';
import { hasLanes, startEvenkeel } from '../peers/evenkeel.js';
import { installFastify, startFastify } from '../peers/fastify.js';
import { startConstant } from '../peers/nginx.js';
import { startRedisAlone, startWebdis } from '../peers/redis.js';
import { ratio } from '../support/rounds.js';
import { noLanes, peakPlot, peakTables } from './peak-tables.js';
import { type Group, measurePeaks, type Subjects } from './peaks.js';

const groups: readonly Group[] = [
  { name: 'uniform, 100 B', order: 'uniform', valueBytes: 100, connections: [64, 20, 256] },
  { name: 'uniform, 4 KiB', order: 'uniform', valueBytes: 4096, connections: [64] },
];

export const getPeak: Part = {
  title: 'GET peak',
  programs: ['wrk', 'nginx', 'redis-server', 'redis-benchmark', 'webdis'],
  measure: async (settings) => {
    installFastify();
    const lanes = hasLanes();
    const subjects: Subjects = {
      nginx: { start: startConstant },
      evenkeel: { start: startEvenkeel },
      ...(lanes && {
        'full lane': { start: (options) => startEvenkeel(options, ['--lanes', 'full']) },
      }),
      'redis+webdis': { start: (options) => startWebdis(options, 'GET') },
      'fastify+lmdb': { start: startFastify },
      'redis alone': { start: startRedisAlone },
    };
    return {
      ...(await measurePeaks('GET', groups, subjects, settings)),
      skipped: lanes ? [] : [noLanes],
    };
  },
  section: (measured) => ({
    intro: `wrk reads keys drawn from all there are, over a store that was filled before: requests a second with every connection
always busy. nginx returns a constant of the same length, and is the limit. “redis alone” is Redis driven by redis-benchmark in its own
protocol.`,
    tables: peakTables(measured, groups),
    bars: bars(measured),
    plots: { 'get-peak.svg': peakPlot('GET peak', measured, groups) },
  }),
};

function bars({ groups }: Measured) {
  const rounds = groups['uniform, 100 B'] ?? {};
  const against = (other: string, limit: number) =>
    rounds[other] === undefined
      ? []
      : [
          {
            what: `GET peak at 64 connections, times ${other}`,
            value: ratio(rounds, 'c64 rate', 'evenkeel', other),
            limit,
            sense: 'at least' as const,
          },
        ];
  return [...against('nginx', 0.8), ...against('full lane', 1.6), ...against('redis+webdis', 2)];
}
