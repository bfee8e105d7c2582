/**
 * Takes sealed segments into LMDB, one at a time, by the checkpoint thread. At a full disk it tries
 * again until there is space: the journal keeps what was acknowledged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../../store.js';
import type { Segment } from '../journal/segment.js';
import type { Slots } from '../journal/slots.js';
import type { Layer, Memtable } from '../memtable/memtable.js';
import type { WriteStatistics } from '../write/write-statistics.js';
import { Between } from './between.js';
import type { CheckpointClient } from './checkpoint-client.js';
import type { Control, Work } from './messages.js';

/** Between two attempts at a full disk. */
const retryMs = 250;
/** Somebody waits for the end of a checkpoint: one of no more entries need not be spread. */
const maxAtOnce = 1024;

export interface CheckpointerParts {
  readonly memtable: Memtable;
  readonly thread: CheckpointClient;
  readonly control: Control;
  readonly slots: Slots;
  readonly statistics: WriteStatistics;
}

export class Checkpointer {
  readonly #memtable: Memtable;
  readonly #thread: CheckpointClient;
  readonly #control: Control;
  readonly #slots: Slots;
  readonly #statistics: WriteStatistics;
  /** Why LMDB lacks space for what the journal has. */
  blocked: StoreError | undefined;
  /** Nothing is tried twice any more. */
  isClosing = false;
  /** Makes the next attempt begin at once. */
  #wake: (() => void) | undefined;
  /** Those that wait for the end of the next attempt. */
  #attempted: (() => void)[] = [];
  /** LMDB has the frames up to this one, and no later ones while no checkpoint runs. */
  #checkpointed = 0;
  #between: Between | undefined;

  constructor({ memtable, thread, control, slots, statistics }: CheckpointerParts) {
    this.#memtable = memtable;
    this.#thread = thread;
    this.#control = control;
    this.#slots = slots;
    this.#statistics = statistics;
  }

  /** A checkpoint that runs ends soon, with all entries in LMDB or at a full disk. */
  close(): void {
    this.isClosing = true;
    this.#control.isHurried = true;
    this.#wake?.();
    this.#between?.fail(new StoreError('closed', 'the store is closed'));
  }

  /**
   * Runs the work between two checkpoints: LMDB has the frames up to this one at least, and all
   * frames before the last that it has. One at a time.
   * @throws StoreError `full`, `failed`, `closed`; the reason of the signal; what the work throws
   */
  async between<T>(sequence: number, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#thread.failure) throw this.#thread.failure;
    if (this.isClosing) throw new StoreError('closed', 'the store is closed');
    const between = new Between(sequence, signal);
    this.#between = between;
    try {
      if (this.#checkpointed < sequence) await between.reached;
      return await work();
    } finally {
      this.#between = undefined;
      between.release();
    }
  }

  /** Whether LMDB has the frames up to this one. */
  has(sequence: number): boolean {
    return this.#checkpointed >= sequence;
  }

  /**
   * Waits for the attempt that runs, or tries again at a disk that was full.
   * @throws StoreError `full` if it still is, `failed`
   */
  async retry(): Promise<void> {
    if (this.#thread.failure) throw this.#thread.failure;
    const attempted = new Promise<void>((resolve) => this.#attempted.push(resolve));
    this.#wake?.();
    await attempted;
    if (this.#thread.failure) throw this.#thread.failure;
    if (this.blocked) throw this.blocked;
  }

  #endAttempt(blocked: StoreError | undefined): void {
    this.blocked = blocked;
    // At a full disk LMDB takes deletions before their time: see #removeDeleted().
    if (blocked) this.#between?.fail(blocked);
    for (const resolve of this.#attempted.splice(0)) resolve();
  }

  /** Takes a sealed segment into LMDB. At a full disk it tries again until there is space. */
  async run(segment: Segment, layer: Layer): Promise<void> {
    try {
      if (this.#between?.isReachedBy(this.#checkpointed)) await this.#between.released;
      await this.#run(segment, layer);
    } catch (error) {
      // Nobody waits for an attempt that never ends.
      this.#endAttempt(error as StoreError);
      throw error;
    }
  }

  async #run(segment: Segment, layer: Layer): Promise<void> {
    segment.state = 'checkpointing';
    const slots = new Map(
      [...segment.slots.values()].map((slot) => [slot.number, this.#slots.sourceOf(slot)]),
    );
    const { number, ceiling, lastSequence: sequence } = segment;
    const reserved = segment.reservedPages;
    if (this.#between && layer.index.size <= maxAtOnce) this.#control.isHurried = true;
    for (let places = layer.index.toArray(); ; ) {
      const work: Work = {
        segment: number,
        places,
        slots,
        ceiling,
        sequence,
        reservedPages: { ...reserved },
      };
      const result = await this.#thread.checkpoint(work);
      if (result.applied === undefined) {
        this.#statistics.checkpointed(result.event);
        break;
      }
      reserved.subtract(result.usedPages);
      this.#endAttempt(result.error);
      if (this.isClosing) return;
      // Writers wait for the end of the next attempt.
      this.#control.isHurried = true;
      await Promise.race([
        sleep(retryMs),
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      ]);
      // If that fails, there may be space all the same; if LMDB is broken, the checkpoint says so.
      await this.#removeDeleted().catch(() => {});
      places = this.#remaining(layer, places.subarray(result.applied));
    }
    this.#checkpointed = sequence;
    this.#between?.reach(sequence);
    this.#endAttempt(undefined);
    this.#memtable.drop(layer);
    const unused = [...segment.slots.values()];
    segment.free();
    this.#control.isHurried = this.isClosing;
    for (const slot of unused) this.#slots.free(slot);
  }

  /** Takes the newest deletions into LMDB before all else, to make space there. */
  async #removeDeleted(): Promise<void> {
    const keys: Uint8Array[] = [];
    for (const { entries, index } of this.#memtable.layers)
      for (const place of index.toArray()) {
        const key = entries.key(place);
        const newest = this.#memtable.find(key);
        if (entries.isDelete(place) && newest?.place === place && newest.layer.entries === entries)
          keys.push(Uint8Array.from(key));
      }
    await this.#thread.remove(keys);
    // Pages that a commit frees can be used after the next one, which nothing reads any more.
    for (let times = 0; times < 2; times++) await this.#thread.touch();
  }

  /** Without the entries whose key has a newer one. That one's checkpoint does the rest. */
  #remaining(layer: Layer, places: Int32Array): Int32Array<ArrayBuffer> {
    const { entries } = layer;
    return Int32Array.from(
      places.filter((place) => this.#memtable.find(entries.key(place))?.layer === layer),
    );
  }
}
