/**
 * The journal: where a write becomes durable. Its frames go into one of two segments, one frame at
 * a time, each with one synced write. A segment that is full goes into LMDB while the other takes
 * frames. The memtable has what LMDB may lack.
 *
 * The journal begins with the first write after a clean state, and is empty again after a clean
 * close. Between the two the directory has a format that older releases refuse.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Awaitable } from '../../store.js';
import { type CheckpointClient, failed } from '../checkpoint/checkpoint-client.js';
import { Checkpointer } from '../checkpoint/checkpointer.js';
import type { Control } from '../checkpoint/messages.js';
import { syncNames } from '../file/directory.js';
import { ownPages } from '../file/preallocation.js';
import { Layer, type Memtable } from '../memtable/memtable.js';
import type { WriteStatistics } from '../write/write-statistics.js';
import { Admission } from './admission.js';
import type { Frame } from './frame.js';
import { errorOf } from './journal-error.js';
import { PageReserve } from './page-reserve.js';
import type { RecoveredJournal } from './recovery.js';
import type { Segment } from './segment.js';
import { Slots } from './slots.js';

export interface JournalOptions {
  /** The largest size of a segment, a multiple of 128 KiB. */
  readonly maxSegmentBytes: number;
  /** A segment with frames is sealed after so long, so that a quiet store has an empty journal. */
  readonly maxAgeMs: number;
}

export const journalDefaults: JournalOptions = {
  maxSegmentBytes: 16 * 1024 * 1024,
  maxAgeMs: 5000,
};

/** Looks at the age of a segment before that is over. */
const looks = 5;
/** Between two attempts at a full disk. */
const retryMs = 250;
/** At the end of a segment only deletions may be written, so that a full store can be emptied. */
const maxReservedBytes = 128 * 1024;

export interface JournalParts {
  readonly directory: string;
  readonly segments: readonly [Segment, Segment];
  readonly memtable: Memtable;
  /** Has the memory of the segments. */
  readonly thread: CheckpointClient;
  readonly control: Control;
  readonly statistics: WriteStatistics;
  readonly maxAgeMs: number;
}

export class Journal {
  readonly memtable: Memtable;
  readonly slots: Slots;
  readonly #directory: string;
  readonly #segments: readonly [Segment, Segment];
  readonly #layers: ReadonlyMap<Segment, Layer>;
  readonly #thread: CheckpointClient;
  readonly #control: Control;
  readonly #admission: Admission;
  readonly #pages: PageReserve;
  readonly #checkpointer: Checkpointer;
  readonly #timer: NodeJS.Timeout;
  readonly #reservedBytes: number;
  #active: Segment;
  #epoch: bigint | undefined;
  #sequence = 0;
  #isWriting = false;
  #beginning: Promise<void> | undefined;
  #checkpoint: Promise<void> | undefined;

  constructor(parts: JournalParts) {
    const { directory, segments, control, maxAgeMs } = parts;
    this.#directory = directory;
    this.#segments = segments;
    this.#layers = new Map(segments.map((each) => [each, new Layer(each.entries, each.slots)]));
    this.memtable = parts.memtable;
    this.#thread = parts.thread;
    this.#control = control;
    this.#admission = new Admission(control);
    this.#pages = new PageReserve(parts.thread);
    this.#active = segments[0];
    this.slots = new Slots(directory, () => {
      control.isHurried = true;
      this.#turnIfFree();
    });
    this.#reservedBytes = Math.min(maxReservedBytes, segments[0].memory.length / 16);
    this.#checkpointer = new Checkpointer({ ...parts, slots: this.slots });
    this.#timer = setInterval(() => {
      if (this.#active.ageMs >= maxAgeMs) this.#turnIfFree();
    }, maxAgeMs / looks).unref();
  }

  /** The segment that takes the next frame. */
  get active(): Segment {
    return this.#active;
  }

  /** Opens the files, and makes them if they are absent. */
  async open(): Promise<void> {
    for (const segment of this.#segments) await segment.open();
    await this.slots.open();
    await syncNames(this.#directory);
  }

  /** Goes on with what a server that ended without a clean close left. The files are open. */
  async resume({ epoch, headers, segments, lastSequence }: RecoveredJournal): Promise<void> {
    this.#epoch = epoch;
    this.#sequence = lastSequence;
    for (const header of headers) this.#segments[header.number as 0 | 1].resume(header);
    for (const { segment, frames, slots } of segments) {
      const layer = this.#layers.get(segment) as Layer;
      for (const slot of slots) this.slots.resume(slot);
      segment.takeOver(frames, slots);
      for (const { start, end } of frames) layer.add(start, end);
      this.memtable.push(layer);
      segment.reservedPages = pagesOf(segment, frames);
      await this.#pages.resume(segment.reservedPages);
    }
    const [older, newer] = segments;
    if (older === undefined) this.#activate(this.#segments[0]);
    else this.#active = (newer ?? older).segment;
    this.#control.fill = this.#active.fill;
    if (older === undefined || newer === undefined) return;
    older.segment.state = 'sealed';
    this.#startCheckpoint(older.segment);
  }

  /**
   * Makes space for a frame with so many bytes of entries. Resolves when the active segment has it.
   * @param pages that the records of the frame need of their own in the data file
   * @param onlyDeletes whether the reserve may be used
   * @throws StoreError `full`, `failed`
   */
  makeSpace(entryBytes: number, pages: number, onlyDeletes: boolean): Awaitable<void> {
    if (this.#checkpointer.blocked && !onlyDeletes) return this.#retryFor(entryBytes, pages);
    const reserved = onlyDeletes ? 0 : this.#reservedBytes;
    if (this.#epoch === undefined) return this.#beginFor(entryBytes, pages, onlyDeletes);
    const reserving = this.#pages.ensure(pages);
    if (reserving) return reserving.then(() => this.makeSpace(entryBytes, pages, onlyDeletes));
    if (!this.#active.fits(entryBytes, reserved)) return this.#turnFor(entryBytes, reserved);
    return this.#checkpoint && this.#admission.wait(this.#active, entryBytes);
  }

  /**
   * Writes a frame whose entries lie in the active segment, from its `entriesStart` to `end`.
   * Resolves when it is on the disk and in the memtable.
   * @param pages that makeSpace() reserved
   * @throws StoreError `failed`
   */
  async append(end: number, pages: number, ceiling: number | undefined): Promise<void> {
    const segment = this.#active;
    const start = segment.entriesStart;
    this.#isWriting = true;
    try {
      await segment.append(end, this.#sequence + 1, ceiling);
    } catch (error) {
      throw failed('journal', (error as Error).message);
    } finally {
      this.#isWriting = false;
    }
    this.#sequence++;
    this.#pages.use(pages);
    segment.reservedPages += pages;
    this.#layers.get(segment)?.add(start, end);
    segment.growIfBusy();
    this.#control.fill = segment.fill;
    if (this.slots.isCrowded) this.#turnIfFree();
  }

  /**
   * Runs what writes a slot.
   * @throws StoreError `full`, `failed`; what it throws itself
   */
  async storing<T>(store: () => Promise<T>): Promise<T> {
    if (this.#checkpointer.blocked) await this.#checkpointer.retry();
    try {
      return await store();
    } catch (error) {
      throw errorOf(error);
    }
  }

  /** Empties the journal, as far as the disk allows. To be called once, after the last frame. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#checkpointer.close();
    await this.#beginning?.catch(() => {});
    await this.#checkpoint;
    if (this.#active.lastSequence > 0 && !this.#checkpointer.blocked) {
      this.#turn();
      await this.#checkpoint;
    }
    const isEmpty = this.memtable.isEmpty && !this.#thread.failure;
    await this.#thread.close(isEmpty && this.#epoch !== undefined).catch(() => {});
    await this.slots.close();
    for (const segment of this.#segments) await segment.close();
  }

  async #beginFor(entryBytes: number, pages: number, onlyDeletes: boolean): Promise<void> {
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
    for (const segment of this.#segments) await segment.begin(epoch);
    await this.#thread.begin(epoch);
    this.#epoch = epoch;
    this.#activate(this.#segments[0]);
  }

  #activate(segment: Segment): void {
    segment.activate();
    this.#active = segment;
    this.#control.fill = segment.fill;
    this.memtable.push(this.#layers.get(segment) as Layer);
  }

  async #retryFor(entryBytes: number, pages: number): Promise<void> {
    await this.#checkpointer.retry();
    await this.makeSpace(entryBytes, pages, false);
  }

  /** Takes the other segment, as soon as it is free and large enough. */
  async #turnFor(entryBytes: number, reserved: number): Promise<void> {
    while (!this.#active.fits(entryBytes, reserved)) {
      if (this.#checkpointer.blocked) await this.#checkpointer.retry();
      if (this.#thread.failure) throw this.#thread.failure;
      const { other } = this;
      if (other.state !== 'free') {
        this.#control.isHurried = true;
        await Promise.race([this.#checkpoint, sleep(retryMs)]);
        this.#control.isHurried = this.#checkpointer.isClosing;
        continue;
      }
      try {
        await other.growFor(entryBytes, reserved);
      } catch (error) {
        throw errorOf(error);
      }
      this.#turn();
    }
  }

  get other(): Segment {
    const [first, second] = this.#segments;
    return this.#active === first ? second : first;
  }

  #turnIfFree(): void {
    if (this.#checkpointer.isClosing || this.#isWriting || this.other.state !== 'free') return;
    if (this.#active.lastSequence > 0) this.#turn();
  }

  /** Seals the active segment, whose checkpoint begins, and activates the other. */
  #turn(): void {
    const sealed = this.#active;
    sealed.state = 'sealed';
    this.#activate(this.other);
    this.#startCheckpoint(sealed);
  }

  #startCheckpoint(segment: Segment): void {
    const layer = this.#layers.get(segment) as Layer;
    this.#checkpoint = this.#checkpointer
      .run(segment, layer)
      // The thread has said so: see CheckpointEvents.
      .catch(() => {})
      .finally(() => {
        this.#checkpoint = undefined;
      });
  }
}

/** Pages that the records of frames need of their own. */
function pagesOf({ entries }: Segment, frames: readonly Frame[]): number {
  let pages = 0;
  for (const { start, end } of frames)
    for (let place = start; place < end; place = entries.next(place)) {
      const valueBytes = entries.slotOf(place)?.bytes ?? 0;
      pages += ownPages((entries.record(place)?.length ?? 0) + valueBytes);
    }
  return pages;
}
