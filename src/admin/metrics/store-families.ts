/** The store: what waits, what is durable, what is cached. An engine gives a part of these. */
import type { StoreStatistics } from '../../store/statistics.js';
import { byLabel, counter, type Family, gauge, histogram, histogramSamples } from './family.js';

export function storeFamilies(statistics: StoreStatistics): readonly Family[] {
  const { queued, isFull, coldReads, cache, statements } = statistics;
  return [
    gauge('queued_writes', 'Writes that are not durable yet', queued.writes),
    gauge('queued_write_bytes', 'Keys and values of those writes', queued.bytes),
    ...(isFull === undefined
      ? []
      : [gauge('disk_full', '1 while writes get 507 for want of space', isFull ? 1 : 0)]),
    ...contentsOf(statistics),
    ...commitsOf(statistics),
    ...checkpointsOf(statistics),
    ...(cache
      ? [
          counter(
            'cache_lookups_total',
            'Lookups in the cache of small entities',
            byLabel('result', { hit: cache.hits, miss: cache.misses }),
          ),
        ]
      : []),
    ...(coldReads
      ? [
          counter(
            'cold_reads_total',
            'Reads that another thread brought from the disk first',
            coldReads.count,
          ),
          gauge('cold_reads_waiting', 'Reads that wait for that', coldReads.waiting),
        ]
      : []),
    ...(statements
      ? [
          gauge('cluster_statements_running', 'Statements at the cluster', statements.running),
          gauge('cluster_statements_waiting', 'Statements that wait', statements.waiting),
        ]
      : []),
  ];
}

function contentsOf({ entities, files }: StoreStatistics): readonly Family[] {
  return [
    ...(entities
      ? [
          gauge(
            'stored_entities',
            'Entities in the data file; new ones of the journal are not among them yet',
            entities.stored,
          ),
          counter(
            'expired_entities_total',
            'Entities removed because they had expired',
            entities.expired,
          ),
        ]
      : []),
    ...(files
      ? [
          gauge(
            'store_size_bytes',
            'Files of the store',
            byLabel('file', { data: files.dataBytes, journal: files.journalBytes }),
          ),
          gauge(
            'store_used_bytes',
            'The part of the data file that was used so far',
            files.usedBytes,
          ),
        ]
      : []),
  ];
}

function commitsOf({ commits, journal }: StoreStatistics): readonly Family[] {
  return [
    ...(commits
      ? [
          histogram(
            'commit_writes',
            'Writes that one synced frame of the journal made durable',
            histogramSamples(commits.writes, 1),
          ),
          histogram(
            'journal_sync_duration_seconds',
            'The synced write of a frame',
            histogramSamples(commits.syncUs, 1e-6),
          ),
          counter(
            'journal_held_back_seconds_total',
            'How long frames were held back: the checkpoint is behind, or the disk full',
            commits.heldMs / 1000,
          ),
        ]
      : []),
    ...(journal
      ? [
          gauge('journal_fill_ratio', 'The share of its segment in use', journal.fill),
          gauge('journal_keys', 'Keys whose newest state only the journal has', journal.keys),
          gauge('journal_slots', 'Files of large values in use', journal.slots.count),
          gauge('journal_slot_bytes', 'The values in them', journal.slots.bytes),
          counter(
            'journal_written_bytes_total',
            'Bytes written to the journal, with padding',
            byLabel('part', journal.written),
          ),
        ]
      : []),
  ];
}

function checkpointsOf({ checkpoints }: StoreStatistics): readonly Family[] {
  if (checkpoints === undefined) return [];
  const { count, entries, transactions, busyMs, writtenBytes } = checkpoints;
  return [
    counter('checkpoints_total', 'Segments of the journal taken into the data file', count),
    counter('checkpoint_entries_total', 'Entries taken into the data file', entries),
    counter('checkpoint_transactions_total', 'Transactions of checkpoints', transactions),
    counter('checkpoint_busy_seconds_total', 'The time in those transactions', busyMs / 1000),
    gauge(
      'checkpoint_longest_transaction_seconds',
      'The longest transaction of the last checkpoint',
      checkpoints.longestMs / 1000,
    ),
    gauge('checkpoint_running', '1 while a checkpoint runs', checkpoints.isRunning ? 1 : 0),
    gauge(
      'checkpoint_progress_ratio',
      'The share of its entries that the checkpoint has taken; 1 if none runs',
      checkpoints.progress,
    ),
    ...(writtenBytes === undefined
      ? []
      : [
          counter(
            'data_written_bytes_total',
            'Bytes written to the data file, in whole pages, as the system counts them',
            writtenBytes,
          ),
        ]),
  ];
}
