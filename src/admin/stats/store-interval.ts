/** The figures of a store: what it did in a time, and how it stood at the end. */
import type { StoreStatistics } from '../../store/statistics.js';
import { type Quantiles, quantilesOf, rounded } from './quantiles.js';

export interface StoreInterval {
  /** Writes that are not durable yet, and their keys and values. */
  readonly queued: { readonly writes: number; readonly bytes: number };
  /** Whether writes were lately refused because the disk is full. */
  readonly isFull?: boolean;
  readonly entities?: { readonly stored: number; readonly expired: number };
  readonly files?: StoreStatistics['files'];
  readonly commits?: {
    readonly frames: number;
    readonly writes: number;
    /** How long the synced write of a frame took. */
    readonly syncMs: Quantiles | null;
    /** How long frames were held back: the checkpoint was behind, or the disk full. */
    readonly heldMs: number;
  };
  readonly journal?: {
    /** The share of the active segment that is in use. */
    readonly fill: number;
    readonly keys: number;
    readonly slots: number;
    readonly slotBytes: number;
    /** In frames and slots. */
    readonly writtenBytes: number;
  };
  readonly checkpoints?: {
    readonly ended: number;
    /** Those that the ended ones have taken. */
    readonly entries: number;
    readonly transactions: number;
    readonly busyMs: number;
    readonly isRunning: boolean;
    readonly progress: number;
    /** To the data file; null: the system does not tell. */
    readonly writtenBytes: number | null;
  };
  readonly cache?: StoreStatistics['cache'];
  readonly coldReads?: StoreStatistics['coldReads'];
  readonly statements?: StoreStatistics['statements'];
}

/** @param before undefined: it was closed */
export function storeInterval(
  before: StoreStatistics | undefined,
  after: StoreStatistics,
): StoreInterval {
  const { queued, isFull, files, statements } = after;
  return {
    queued,
    ...(isFull !== undefined && { isFull }),
    ...(files && { files }),
    ...(statements && { statements }),
    ...entitiesOf(before, after),
    ...commitsOf(before, after),
    ...journalOf(before, after),
    ...checkpointsOf(before, after),
    ...readsOf(before, after),
  };
}

type Part = Partial<StoreInterval>;
type Before = StoreStatistics | undefined;

function entitiesOf(before: Before, { entities }: StoreStatistics): Part {
  if (!entities) return {};
  const expired = entities.expired - (before?.entities?.expired ?? 0);
  return { entities: { stored: entities.stored, expired } };
}

function commitsOf(before: Before, { commits }: StoreStatistics): Part {
  if (!commits) return {};
  const old = before?.commits;
  const writes = commits.writes.since(old?.writes);
  const syncMs = quantilesOf(commits.syncUs.since(old?.syncUs));
  const heldMs = rounded(commits.heldMs - (old?.heldMs ?? 0));
  return { commits: { frames: writes.count, writes: writes.sum, syncMs, heldMs } };
}

function journalOf(before: Before, { journal }: StoreStatistics): Part {
  if (!journal) return {};
  const { fill, keys, slots, written } = journal;
  const old = before?.journal?.written;
  const writtenBytes = written.frames + written.slots - (old ? old.frames + old.slots : 0);
  const [count, slotBytes] = [slots.count, slots.bytes];
  return { journal: { fill: rounded(fill), keys, slots: count, slotBytes, writtenBytes } };
}

function checkpointsOf(before: Before, { checkpoints }: StoreStatistics): Part {
  if (!checkpoints) return {};
  const { count, entries, transactions, busyMs, writtenBytes } = checkpoints;
  const old = before?.checkpoints;
  return {
    checkpoints: {
      ended: count - (old?.count ?? 0),
      entries: entries - (old?.entries ?? 0),
      transactions: transactions - (old?.transactions ?? 0),
      busyMs: rounded(busyMs - (old?.busyMs ?? 0)),
      isRunning: checkpoints.isRunning,
      progress: rounded(checkpoints.progress),
      writtenBytes: writtenBytes === undefined ? null : writtenBytes - (old?.writtenBytes ?? 0),
    },
  };
}

function readsOf(before: Before, { cache, coldReads }: StoreStatistics): Part {
  const old = before?.cache;
  return {
    ...(cache && {
      cache: { hits: cache.hits - (old?.hits ?? 0), misses: cache.misses - (old?.misses ?? 0) },
    }),
    ...(coldReads && {
      coldReads: {
        count: coldReads.count - (before?.coldReads?.count ?? 0),
        waiting: coldReads.waiting,
      },
    }),
  };
}
