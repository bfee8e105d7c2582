/**
 * What a durable PUT waits for: the peak with LMDB's two waits for the disk a commit, with one of them and with none, which is not durable, and with the
 * trial's journal in front of the tree, beside Redis behind webdis. docs/decisions/ says what follows from it.
 */
import type { Part } from '../part.js';
import { startEvenkeel } from '../peers/evenkeel.js';
import { startWebdis } from '../peers/redis.js';
import { startVariant } from '../peers/variant.js';
import { peakPlot, peakTables } from './peak-tables.js';
import { type Group, measurePeaks, type Subject, type Subjects } from './peaks.js';

const groups: readonly Group[] = [
  { name: 'rising, 100 B', order: 'rising', valueBytes: 100, connections: [64] },
  { name: 'uniform, 100 B', order: 'uniform', valueBytes: 100, connections: [64] },
];

const variant = (name: string): Subject => ({ start: (options) => startVariant(name, options) });
const subjects: Subjects = {
  evenkeel: { start: startEvenkeel },
  'no meta sync': variant('no meta sync'),
  'no sync': variant('no sync'),
  journal: variant('journal'),
  'redis+webdis': { start: (options) => startWebdis(options, 'PUT') },
};

export const waits: Part = {
  title: 'What a durable PUT waits for',
  programs: ['wrk', 'redis-server', 'webdis'],
  measure: async (settings) => ({
    ...(await measurePeaks('PUT', groups, subjects, settings)),
    skipped: [],
  }),
  section: (measured) => ({
    intro: `The PUT peak again, with stores that are no part of the product. “no meta sync” waits for the disk once a commit instead of twice, and a
loss of power can undo the last one; “no sync” never waits, and is not durable at all; both commit one batch at a time. “journal” is
[the trial's](../docs/decisions/0001-write-path.md): one wait a batch, and the tree takes it in later. What came of it:
[decision 2](../docs/decisions/0002-peaks-beside-webdis.md).`,
    tables: peakTables(measured, groups),
    bars: [],
    plots: { 'waits.svg': peakPlot('What a durable PUT waits for', measured, groups) },
  }),
};
