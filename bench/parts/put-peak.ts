/** Durable PUT at its peak: every answer means that the value is on the disk. */
import type { Part } from '../part.js';
import { hasLanes, startEvenkeel } from '../peers/evenkeel.js';
import { installFastify, startFastify } from '../peers/fastify.js';
import { startRedisAlone, startWebdis } from '../peers/redis.js';
import { ratio } from '../support/rounds.js';
import { noLanes, peakPlot, peakTables } from './peak-tables.js';
import { type Group, measurePeaks, type Subjects } from './peaks.js';

const groups: readonly Group[] = [
  { name: 'rising, 100 B', order: 'rising', valueBytes: 100, connections: [64, 20, 256] },
  { name: 'uniform, 100 B', order: 'uniform', valueBytes: 100, connections: [64] },
  { name: 'zipfian, 100 B', order: 'zipfian', valueBytes: 100, connections: [64] },
  { name: 'rising, 4 KiB', order: 'rising', valueBytes: 4096, connections: [64] },
];

export const putPeak: Part = {
  title: 'Durable PUT peak',
  programs: ['wrk', 'redis-server', 'redis-benchmark', 'webdis'],
  measure: async (settings) => {
    installFastify();
    const lanes = hasLanes();
    const subjects: Subjects = {
      evenkeel: { start: startEvenkeel },
      ...(lanes && {
        'full lane': { start: (options) => startEvenkeel(options, ['--lanes', 'full']) },
      }),
      'redis+webdis': { start: (options) => startWebdis(options, 'PUT') },
      'fastify+lmdb': { start: startFastify },
      // Its benchmark can draw keys uniformly and no other way; in a hash table their order does not matter.
      'redis alone': { start: startRedisAlone, not: ['zipfian, 100 B'] },
    };
    return {
      ...(await measurePeaks('PUT', groups, subjects, settings)),
      skipped: lanes ? [] : [noLanes],
    };
  },
  section: (measured) => {
    const rounds = measured.groups['rising, 100 B'] ?? {};
    return {
      intro: `Every write is synced before it is answered, in all of them. Rising keys are new ones; uniform and zipfian ones
overwrite a store that was filled before. “written” is what was written to the disk for each byte of key and value, the file system's journal
and whatever else the machine wrote meanwhile included. “redis alone” is Redis driven by redis-benchmark in its own protocol.`,
      tables: peakTables(measured, groups),
      bars: [
        {
          what: 'durable PUT peak, rising keys, at 64 connections, times redis+webdis',
          value: ratio(rounds, 'c64 rate', 'evenkeel', 'redis+webdis'),
          limit: 1.5,
          sense: 'at least',
        },
      ],
      plots: { 'put-peak.svg': peakPlot('Durable PUT peak', measured, groups) },
    };
  },
};
