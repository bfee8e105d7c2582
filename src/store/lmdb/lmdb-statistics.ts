/** The figures of the LMDB store, gathered from its parts when they are asked for. */
import { statSync } from 'node:fs';
import type { CommitTimes, StatisticsSource, StoreStatistics } from '../statistics.js';
import type { Control } from './checkpoint/messages.js';
import { databaseStats, dataFile, type Environment } from './file/environment.js';
import { writtenBytesOf } from './file/thread-io.js';
import type { Journal } from './journal/journal.js';
import { segmentPath } from './journal/segment-header.js';
import type { ColdReads } from './read/cold-reads.js';
import type { EntityCache } from './read/entity-cache.js';
import type { GroupCommit } from './write/group-commit.js';
import type { Sweeper } from './write/sweeper.js';
import type { WriteStatistics } from './write/write-statistics.js';

export interface StatisticsParts {
  readonly directory: string;
  readonly env: Environment;
  readonly cache: EntityCache;
  readonly coldReads: ColdReads;
  readonly journal: Journal;
  readonly commits: GroupCommit;
  readonly sweeper: Sweeper;
  readonly writes: WriteStatistics;
  readonly control: Control;
}

export class LmdbStatistics implements StatisticsSource {
  readonly #parts: StatisticsParts;

  constructor(parts: StatisticsParts) {
    this.#parts = parts;
  }

  get lastCommit(): CommitTimes | undefined {
    return this.#parts.writes.lastCommit;
  }

  read(): StoreStatistics {
    const { directory, env, cache, coldReads, journal, commits, sweeper } = this.#parts;
    const { writes, control } = this.#parts;
    const { entryCount, pageSize, lastPageNumber } = databaseStats(env.entities);
    const { syncUs, heldMs, frameBytes, checkpoints, fullDisk } = writes;
    const slots = journal.slots.statistics;
    let keys = 0;
    for (const { index } of journal.memtable.layers) keys += index.size;
    return {
      queued: commits.queued,
      isFull: fullDisk.isFull,
      entities: { stored: entryCount, expired: sweeper.removed },
      files: {
        dataBytes: bytesOf(dataFile(directory)),
        usedBytes: (lastPageNumber + 1) * pageSize,
        journalBytes: bytesOf(segmentPath(directory, 0)) + bytesOf(segmentPath(directory, 1)),
      },
      commits: { syncUs: syncUs.read(), writes: writes.writes.read(), heldMs },
      journal: {
        // A segment that no frame has used yet has no length.
        fill: Number.isFinite(journal.active.fill) ? journal.active.fill : 0,
        keys,
        slots: { count: slots.count, bytes: slots.bytes },
        written: { frames: frameBytes, slots: slots.written },
      },
      checkpoints: {
        ...checkpoints,
        isRunning: journal.isCheckpointing,
        progress: journal.isCheckpointing ? control.progress : 1,
        writtenBytes: writtenBytesOf(control.threadId),
      },
      cache: { hits: cache.hits, misses: cache.misses },
      coldReads: { count: coldReads.count, waiting: coldReads.waiting },
    };
  }
}

/** Zero once the file is gone: its loss is told elsewhere. */
function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
