/** The requests of the main thread to the checkpoint thread, and the replies. */
import type { Pages } from '../file/page-count.js';

export interface CheckpointOptions {
  readonly directory: string;
  /** The memory of each segment, by number. */
  readonly memories: readonly SharedArrayBuffer[];
  /** As {@link Control} reads it. */
  readonly control: SharedArrayBuffer;
}

/** Where the values of a slot are: the descriptor of its file; a copy, if that is not open. */
export type SlotSource = number | Uint8Array;

/** Entries of one segment that go into LMDB. */
export interface Work {
  readonly segment: number;
  /** The places of the entries, in order of keys. */
  readonly places: Int32Array<ArrayBuffer>;
  /** The slots that they refer to, by number. */
  readonly slots: ReadonlyMap<number, SlotSource>;
  /** A version ceiling to store with the last of them. */
  readonly ceiling: number | undefined;
  /** The sequence of the segment's last frame, stored with the last of them. */
  readonly sequence: number;
  /** Pages that were reserved for their records. */
  readonly reservedPages: Pages;
}

export type CheckpointRequest =
  /** The journal is used from now on. */
  | { readonly kind: 'begin'; readonly epoch: bigint }
  | { readonly kind: 'checkpoint'; readonly work: Work }
  /** Removes keys from LMDB, to make space. */
  | { readonly kind: 'remove'; readonly keys: readonly Uint8Array[] }
  /** Makes a commit that changes nothing. Pages that the last one freed can be used after it. */
  | { readonly kind: 'touch' }
  /** Reserves pages of the data file for records of the journal. */
  | { readonly kind: 'reserve'; readonly pages: Pages }
  | { readonly kind: 'sweep'; readonly nowMs: number; readonly limit: number }
  /** @property isEmpty whether LMDB has all that the journal had */
  | { readonly kind: 'close'; readonly isEmpty: boolean };

/** A reply has the number of its request. A message without either says that LMDB has changed. */
export type Numbered<Request> = { readonly id: number; readonly request: Request };

export type CheckpointReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'checkpointed'; readonly event: CheckpointEvent }
  /**
   * The disk is full.
   * @property applied the entries that LMDB has by now
   * @property usedPages of those that were reserved
   */
  | {
      readonly kind: 'full';
      readonly applied: number;
      readonly usedPages: Pages;
      readonly message: string;
    }
  | { readonly kind: 'swept'; readonly removed: number }
  /** @property isFinal whether nothing is written to LMDB from then on */
  | { readonly kind: 'failed'; readonly message: string; readonly isFinal: boolean };

/** A checkpoint that has ended. Times by monotonicMs. */
export interface CheckpointEvent {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly entries: number;
  readonly transactions: number;
  /** The time in transactions; the rest is waiting. */
  readonly busyMs: number;
  readonly longestMs: number;
}

const shareUnit = 2 ** 20;

/** Told to the checkpoint while it runs, and told by it. */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** The share of the active segment that is in use. */
  get fill(): number {
    return Atomics.load(this.#words, 0) / shareUnit;
  }

  set fill(share: number) {
    Atomics.store(this.#words, 0, Math.round(share * shareUnit));
  }

  /** The checkpoint goes as fast as it can. */
  get isHurried(): boolean {
    return Atomics.load(this.#words, 1) !== 0;
  }

  set isHurried(is: boolean) {
    Atomics.store(this.#words, 1, is ? 1 : 0);
  }

  /** The ms in which the checkpoint would end if it went as fast as it can; 0: not known. */
  get remainingMs(): number {
    return Atomics.load(this.#words, 2);
  }

  set remainingMs(ms: number) {
    Atomics.store(this.#words, 2, Math.ceil(ms));
  }

  /** The share of its entries that the checkpoint has taken into LMDB; that of the last one. */
  get progress(): number {
    return Atomics.load(this.#words, 3) / shareUnit;
  }

  set progress(share: number) {
    Atomics.store(this.#words, 3, Math.round(share * shareUnit));
  }

  /** The number of the checkpoint thread in the system; 0: the system does not tell. */
  get threadId(): number {
    return Atomics.load(this.#words, 4);
  }

  set threadId(id: number) {
    Atomics.store(this.#words, 4, id);
  }
}
