/** The port of the writer: what the main thread asks of it, and the messages it is asked with. */
import type { StoreError } from '../../store.js';
import type { RejectedSteps } from './partial-commit.js';

export interface WriterOptions {
  readonly directory: string;
}

export type WriterRequest =
  | {
      readonly kind: 'commit';
      readonly batch: ArrayBuffer;
      readonly writes: number;
      readonly ceiling: number | undefined;
    }
  | { readonly kind: 'sweep'; readonly nowMs: number; readonly limit: number }
  | { readonly kind: 'close' };

export type WriterReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'swept'; readonly removed: number }
  /** The reply to several batches; rejected indexes count through all of them. */
  | {
      readonly kind: 'committed';
      readonly batches: number;
      readonly rejected: RejectedSteps | undefined;
      /** By {@link monotonicMs}. */
      readonly beganMs: number;
      readonly endedMs: number;
    }
  /** The reply to a sweep. */
  | { readonly kind: 'full'; readonly message: string }
  /** The reply to several requests. Final: nothing will be written any more. */
  | {
      readonly kind: 'failed';
      readonly requests: number;
      readonly message: string;
      readonly final: boolean;
    };

/** Writes of a batch that did not fit, by index; all others are stored. */
export interface RejectedWrites {
  readonly indexes: readonly number[];
  readonly error: StoreError;
}

export interface Writer {
  /** Why nothing more can be written; undefined while it can. */
  readonly failure: StoreError | undefined;
  /**
   * Stores a batch. Resolves when it is on the disk, except for the rejected writes. The memory of
   * the batch is given away.
   * @param writes how many it has
   * @throws StoreError `failed`
   */
  commit(
    batch: ArrayBuffer,
    writes: number,
    ceiling: number | undefined,
  ): Promise<RejectedWrites | undefined>;
  /**
   * Removes up to `limit` entities that had expired by `nowMs`. Returns how many.
   * @throws StoreError `full`, `failed`
   */
  sweep(nowMs: number, limit: number): Promise<number>;
  close(): Promise<void>;
}
