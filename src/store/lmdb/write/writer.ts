/** The port of the writer: what the main thread asks of it, and the messages between the two. */
import type { StoreError } from '../../store.js';
import type { CommitOutcomes } from './outcomes.js';

export interface WriterOptions {
  readonly directory: string;
}

export interface BatchInfo {
  readonly writes: number;
  /** All of it is stored, in a transaction of its own, or none of it is. */
  readonly isAtomic: boolean;
  /** A version ceiling to store with it. */
  readonly ceiling: number | undefined;
  /** Milliseconds since 1970. Conditions take an entity that had expired by then for absent. */
  readonly nowMs: number;
}

export type WriterRequest =
  | {
      readonly kind: 'commit';
      readonly batch: ArrayBuffer;
      readonly info: BatchInfo;
    }
  | { readonly kind: 'sweep'; readonly nowMs: number; readonly limit: number }
  | { readonly kind: 'close' };

export type WriterReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'swept'; readonly removed: number }
  /** The reply to several batches. The indexes of outcomes count through all of them. */
  | {
      readonly kind: 'committed';
      readonly batches: number;
      readonly outcomes: CommitOutcomes | undefined;
      /** By {@link monotonicMs}. */
      readonly beganMs: number;
      readonly endedMs: number;
    }
  /** The reply to a sweep. */
  | { readonly kind: 'full'; readonly message: string }
  /** The reply to several requests. If it is final, nothing is written from then on. */
  | {
      readonly kind: 'failed';
      readonly requests: number;
      readonly message: string;
      readonly final: boolean;
    };

/** The exceptions among the writes of a batch, by index. All others are stored. */
export interface WriteOutcomes extends Omit<CommitOutcomes, 'fullMessage'> {
  /** The error of those that did not fit. */
  readonly fullError: StoreError;
}

export interface Writer {
  /** Why nothing more can be written; undefined while it can. */
  readonly failure: StoreError | undefined;
  /**
   * Stores a batch. Resolves when it is on the disk. The memory of the batch is given away.
   * @returns the writes that failed or found nothing; undefined: there are none
   * @throws StoreError `failed`
   */
  commit(batch: ArrayBuffer, info: BatchInfo): Promise<WriteOutcomes | undefined>;
  /**
   * Removes up to `limit` entities that had expired by `nowMs`. Returns how many.
   * @throws StoreError `full`, `failed`
   */
  sweep(nowMs: number, limit: number): Promise<number>;
  close(): Promise<void>;
}
