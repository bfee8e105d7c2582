/**
 * The figures that a store gives of itself, for metrics. All but those of its queue depend on the
 * engine. Counts and sums rise from the opening of the store on.
 */
import type { Counts } from '../statistics/counts.js';

export interface StoreStatistics {
  /** Writes that were accepted and are not acknowledged yet. */
  readonly queued: { readonly writes: number; readonly bytes: number };
  /** Whether writes were lately refused because the disk is full. */
  readonly isFull?: boolean;
  readonly entities?: {
    /** With those that have expired and were not removed yet. */
    readonly stored: number;
    /** Removed because they had expired. */
    readonly expired: number;
  };
  readonly files?: {
    readonly dataBytes: number;
    /** The part of the data file that was used so far, free pages included. */
    readonly usedBytes: number;
    readonly journalBytes: number;
  };
  readonly commits?: {
    /** How long a synced write of a frame took, in µs. */
    readonly syncUs: Counts;
    /** Writes per frame. */
    readonly writes: Counts;
    /** How long frames were held back: the checkpoint was behind, or the disk full. */
    readonly heldMs: number;
  };
  readonly journal?: {
    /** The share of the active segment that is in use, from 0 to 1. */
    readonly fill: number;
    /** Keys whose newest state only the journal has. */
    readonly keys: number;
    /** Files of large values, until a checkpoint has taken them. */
    readonly slots: { readonly count: number; readonly bytes: number };
    /** Bytes written so far, with padding. */
    readonly written: { readonly frames: number; readonly slots: number };
  };
  readonly checkpoints?: CheckpointStatistics;
  readonly cache?: { readonly hits: number; readonly misses: number };
  /** Reads that were brought into memory by another thread, as they would wait for the disk. */
  readonly coldReads?: { readonly count: number; readonly waiting: number };
  /** Statements to a cluster. */
  readonly statements?: { readonly running: number; readonly waiting: number };
}

/** Sums of all checkpoints that have ended. */
export interface EndedCheckpoints {
  readonly count: number;
  readonly entries: number;
  readonly transactions: number;
  /** The time in transactions. */
  readonly busyMs: number;
  /** The longest transaction of the last one. */
  readonly longestMs: number;
}

export interface CheckpointStatistics extends EndedCheckpoints {
  readonly isRunning: boolean;
  /** The share of its entries that the one that runs has taken, from 0 to 1; 1 if none runs. */
  readonly progress: number;
  /** Written to the data file so far, in whole pages; undefined: the system does not tell. */
  readonly writtenBytes: number | undefined;
}

/** When a commit was on its way, by performance.now(). */
export interface CommitTimes {
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface StatisticsSource {
  /**
   * The newest durable commit. When the promise of a write has just resolved, it is that write's.
   * Undefined: there was none yet, or the engine does not tell.
   */
  readonly lastCommit: CommitTimes | undefined;
  /** The figures of now. Not to be called once the store is closing. */
  read(): StoreStatistics;
}
