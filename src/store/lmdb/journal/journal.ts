/**
 * The journal: where a write becomes durable. Its frames go into one of two segments, one frame at
 * a time, each with one synced write. A segment that is full goes into LMDB while the other takes
 * frames. The memtable has what LMDB may lack.
 *
 * The journal begins with the first write after a clean state, and is empty again after a clean
 * close. Between the two the directory has a format that older releases refuse.
 */
import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Awaitable, StoreError } from '../../store.js';
import { type CheckpointClient, failed } from '../checkpoint/checkpoint-client.js';
import { Checkpointer, type CheckpointerParts } from '../checkpoint/checkpointer.js';
import type { Control } from '../checkpoint/messages.js';
import { syncNames } from '../file/directory.js';
import type { Pages } from '../file/page-count.js';
import type { Memtable } from '../memtable/memtable.js';
import { Admission } from './admission.js';
import { errorOf, saysFull, storeErrors } from './errors.js';
import type { FrameWriter } from './frame-writer.js';
import { PageReserve } from './page-reserve.js';
import type { RecoveredJournal } from './recovery.js';
import type { Segment } from './segment.js';
import { SegmentPair } from './segment-pair.js';
import { Slots } from './slots.js';

/** Looks at the age of a segment before that is over. */
const looks = 5;
/** Between two attempts at a full disk. */
const retryMs = 250;
/** Commits after which the pages that were freed can be used. */
const maxTouches = 3;
/** At the end of a segment only deletions may be written, so that a full store can be emptied. */
const maxReservedBytes = 128 * 1024;

/** The thread and the writer have the memory of the segments. */
export interface JournalParts extends Omit<CheckpointerParts, 'slots'> {
  readonly directory: string;
  readonly segments: readonly [Segment, Segment];
  readonly writer: FrameWriter;
  readonly maxAgeMs: number;
  /** Left by a server that ended without a clean close. */
  readonly recovered: RecoveredJournal | undefined;
}

export class Journal {
  readonly memtable: Memtable;
  readonly slots: Slots;
  readonly #directory: string;
  readonly #recovered: RecoveredJournal | undefined;
  readonly #pair: SegmentPair;
  readonly #thread: CheckpointClient;
  readonly #control: Control;
  readonly #admission: Admission;
  readonly #pages: PageReserve;
  readonly #checkpointer: Checkpointer;
  readonly #timer: NodeJS.Timeout;
  readonly #reservedBytes: number;
  #epoch: bigint | undefined;
  #sequence = 0;
  #beginning: Promise<void> | undefined;

  constructor(parts: JournalParts) {
    const { directory, segments, memtable, thread, control, maxAgeMs, recovered } = parts;
    this.#directory = directory;
    this.#recovered = recovered;
    this.memtable = memtable;
    this.#thread = thread;
    this.#control = control;
    this.#admission = new Admission(control);
    this.#pages = new PageReserve(thread);
    this.slots = new Slots(directory, () => {
      control.isHurried = true;
      this.#pair.turnIfFree();
    });
    // At once: close() removes the files of free slots.
    for (const { slots } of recovered?.segments ?? [])
      for (const slot of slots) this.slots.resume(slot);
    this.#reservedBytes = Math.min(maxReservedBytes, segments[0].maxBytes / 16);
    this.#checkpointer = new Checkpointer({ ...parts, slots: this.slots });
    this.#pair = new SegmentPair({ ...parts, checkpointer: this.#checkpointer });
    this.#timer = setInterval(() => {
      if (this.active.ageMs >= maxAgeMs) this.#pair.turnIfFree();
    }, maxAgeMs / looks).unref();
  }

  /** The segment that takes the next frame. */
  get active(): Segment {
    return this.#pair.active;
  }

  get isCheckpointing(): boolean {
    return this.#pair.checkpoint !== undefined;
  }

  /** Opens the files, and makes them if they are absent. Goes on with what was recovered. */
  async open(): Promise<void> {
    await this.#pair.open();
    await this.slots.open();
    await syncNames(this.#directory);
    const recovered = this.#recovered;
    if (!recovered) return;
    this.#epoch = recovered.epoch;
    this.#sequence = recovered.lastSequence;
    await this.#pages.resume(recovered.segments);
    this.#pair.resume(recovered);
  }

  /** The open files, with their paths. */
  *files(): Generator<{ readonly file: FileHandle; readonly path: string }> {
    yield* this.#pair.files();
    yield* this.slots.files();
  }

  /**
   * Makes space for a frame with so many bytes of entries. Resolves when the active segment has it.
   * After a wait, hasSpace() must be asked before the frame is written.
   * @param pages that the records of the frame may need in the data file
   * @param onlyDeletes whether the reserve may be used
   * @throws StoreError `full`, `failed`
   */
  makeSpace(entryBytes: number, pages: Pages, onlyDeletes: boolean): Awaitable<void> {
    if (this.#checkpointer.blocked && !onlyDeletes) return this.#retryFor(entryBytes, pages);
    const reserved = onlyDeletes ? 0 : this.#reservedBytes;
    if (this.#epoch === undefined) return this.#beginFor(entryBytes, pages, onlyDeletes);
    const reserving = this.#pages.ensure(pages);
    if (reserving) return this.#reserveFor(reserving, entryBytes, pages, onlyDeletes);
    if (!this.active.fits(entryBytes, reserved)) return this.#turnFor(entryBytes, reserved);
    return this.#pair.checkpoint && this.#admission.wait(this.active, entryBytes);
  }

  /** Whether makeSpace() still holds: the active segment may have been sealed since. */
  hasSpace(entryBytes: number, onlyDeletes: boolean): boolean {
    return this.active.fits(entryBytes, onlyDeletes ? 0 : this.#reservedBytes);
  }

  /**
   * Writes a frame whose entries lie in the active segment, from its `entriesStart` to `end`.
   * Resolves when it is on the disk and in the memtable.
   * @param pages that makeSpace() reserved
   * @throws StoreError `failed`
   */
  async append(end: number, pages: Pages, ceiling: number | undefined): Promise<void> {
    const segment = this.active;
    try {
      await this.#pair.append(end, this.#sequence + 1, ceiling);
    } catch (error) {
      throw error instanceof StoreError ? error : failed('journal', (error as Error).message);
    }
    this.#sequence++;
    this.#pages.use(pages);
    segment.reservedPages.add(pages);
    if (this.slots.isCrowded) this.#pair.turnIfFree();
  }

  /**
   * Runs what writes a slot.
   * @throws StoreError `full`, `failed`; what it throws itself
   */
  async storing<T>(store: () => Promise<T>): Promise<T> {
    if (this.#checkpointer.blocked) await this.#checkpointer.retry();
    return storeErrors(store);
  }

  /** See SegmentPair. */
  atOneMoment<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#pair.atOneMoment(work, signal);
  }

  /**
   * Empties the journal, as far as the disk allows. To be called once, after the last frame.
   * @returns why LMDB still lacks writes; undefined: it has all
   */
  async close(): Promise<StoreError | undefined> {
    clearInterval(this.#timer);
    this.#checkpointer.close();
    await this.#beginning?.catch(() => {});
    await this.#pair.checkpoint;
    if (this.active.lastSequence > 0 && !this.#checkpointer.blocked) {
      this.#pair.turn();
      await this.#pair.checkpoint;
    }
    const isEmpty = this.memtable.isEmpty && !this.#thread.failure;
    await this.#thread.close(isEmpty && this.#epoch !== undefined).catch(() => {});
    await this.slots.close();
    await this.#pair.close();
    return isEmpty ? undefined : (this.#thread.failure ?? this.#checkpointer.blocked);
  }

  async #beginFor(entryBytes: number, pages: Pages, onlyDeletes: boolean): Promise<void> {
    this.#beginning ??= this.#begin();
    try {
      await this.#beginning;
    } catch (error) {
      this.#beginning = undefined;
      throw errorOf(error);
    }
    await this.makeSpace(entryBytes, pages, onlyDeletes);
  }

  /** The order matters: LMDB must not say that the journal is in use before there is one. */
  async #begin(): Promise<void> {
    const epoch = randomBytes(8).readBigUInt64LE();
    await this.#pair.begin(epoch);
    await this.#thread.begin(epoch);
    this.#epoch = epoch;
    this.#pair.activate();
  }

  async #reserveFor(
    reserving: Promise<void>,
    entryBytes: number,
    pages: Pages,
    onlyDeletes: boolean,
  ): Promise<void> {
    try {
      await reserving;
    } catch (error) {
      if (!saysFull(error)) throw error;
      await this.#drain();
      await this.#reserveFreed(pages);
    }
    await this.makeSpace(entryBytes, pages, onlyDeletes);
  }

  /**
   * Takes all of the journal into LMDB, where its deletions make space.
   * @throws StoreError `full`, `failed`
   */
  async #drain(): Promise<void> {
    for (;;) {
      if (this.#thread.failure) throw this.#thread.failure;
      if (this.#pair.checkpoint) {
        this.#control.isHurried = true;
        await this.#checkpointer.retry();
        await this.#pair.checkpoint;
      } else if (this.active.lastSequence > 0) this.#pair.turn();
      else break;
    }
  }

  /**
   * Pages that a commit frees can be used after the next one, once nothing reads them any more.
   * @throws StoreError `full`, `failed`
   */
  async #reserveFreed(pages: Pages): Promise<void> {
    for (let touches = 0; touches < maxTouches; touches++)
      try {
        await this.#pages.ensure(pages);
        return;
      } catch (error) {
        if (!saysFull(error)) throw error;
        await this.#thread.touch();
      }
    await this.#pages.ensure(pages);
  }

  async #retryFor(entryBytes: number, pages: Pages): Promise<void> {
    await this.#checkpointer.retry();
    await this.makeSpace(entryBytes, pages, false);
  }

  /** Takes the other segment, as soon as it is free and large enough. */
  async #turnFor(entryBytes: number, reserved: number): Promise<void> {
    while (!this.active.fits(entryBytes, reserved)) {
      if (this.#checkpointer.blocked) await this.#checkpointer.retry();
      if (this.#thread.failure) throw this.#thread.failure;
      if (this.active.lastSequence === 0) {
        // An empty segment has nothing to checkpoint, so it is not sealed.
        await storeErrors(() => this.active.growFor(entryBytes, reserved));
        continue;
      }
      const { other } = this.#pair;
      if (other.state !== 'free') {
        this.#control.isHurried = true;
        await Promise.race([this.#pair.checkpoint, sleep(retryMs)]);
        this.#control.isHurried = this.#checkpointer.isClosing;
        continue;
      }
      await storeErrors(() => other.growFor(entryBytes, reserved));
      // The timer may have turned in that time: then the other one is being checkpointed.
      if (this.#pair.other === other && other.state === 'free') this.#pair.turn();
    }
  }
}
