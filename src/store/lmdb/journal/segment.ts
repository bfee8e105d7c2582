/**
 * A segment of the journal: a file whose blocks are on the disk before its first frame, so that a
 * synced write changes no metadata of the file system. The same bytes lie in shared memory, from
 * which readers and the checkpoint take them.
 *
 *     ┌─> free ──> active ──> sealed ──> checkpointing ─┐
 *     └─────────────────────────────────────────────────┘
 *
 * Free: nothing in it is needed. Active: takes frames. Sealed: takes no more, and waits for the
 * checkpoint. Checkpointing: its entries are on their way into LMDB. One segment is active at any
 * time, and one at most is in the two states behind that.
 *
 * The file begins with a header (segment-header.ts), then come the frames.
 */
import { constants } from 'node:fs';
import { type FileHandle, statfs } from 'node:fs/promises';
import { PageCount } from '../file/page-count.js';
import { openPlainFile, unusableFile } from '../file/plain-file.js';
import { Entries } from './entry.js';
import { type Frame, frameBytes, frameHeaderBytes, writeFrame } from './frame.js';
import type { FrameWriter } from './frame-writer.js';
import {
  type SegmentHeader,
  segmentHeader,
  segmentHeaderBytes,
  segmentPath,
} from './segment-header.js';
import type { Slot } from './slots.js';

/** A store that writes little keeps a small journal. */
const firstBytes = 256 * 1024;
/** One that would be full sooner than this is made larger while it takes frames. */
const busyMs = 10_000;
const growsFromFill = 0.25;
const growth = 4;
/** It is made larger while the disk has so many times its new size. */
const roominess = 32;
/** Zeros are written in pieces, so that no sync in between takes long. */
const zeroBytes = 128 * 1024;

export type SegmentState = 'free' | 'active' | 'sealed' | 'checkpointing';

export class Segment {
  readonly number: number;
  readonly path: string;
  /** Takes no memory where nothing was written. */
  readonly memory: Buffer;
  readonly entries: Entries;
  state: SegmentState = 'free';
  /** Those that its entries refer to, by number. */
  readonly slots = new Map<number, Slot>();
  /** Pages of the data file that are reserved for its records. */
  reservedPages = new PageCount();
  /** Its file is not made larger, save for a frame that needs it. */
  readonly maxBytes: number;
  #file: FileHandle | undefined;
  #epoch = 0n;
  #fileBytes = 0;
  #next = segmentHeaderBytes;
  #lastSequence = 0;
  #ceiling: number | undefined;
  #activeSinceMs = 0;
  #growing: Promise<void> | undefined;
  /** The disk had no space for a larger file. */
  #mayGrow = true;

  /**
   * @param maxBytes see {@link maxBytes}; a multiple of 128 KiB
   * @param memoryBytes bounds the size of the file in any case
   */
  constructor(directory: string, number: number, maxBytes: number, memoryBytes = maxBytes) {
    this.number = number;
    this.maxBytes = maxBytes;
    this.memory = Buffer.from(new SharedArrayBuffer(memoryBytes));
    this.entries = new Entries(this.memory);
    this.path = segmentPath(directory, number);
  }

  /** The sequence of its last frame; 0: it has none. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** The highest version ceiling of its frames. */
  get ceiling(): number | undefined {
    return this.#ceiling;
  }

  /** The share that is in use, from 0 to 1. */
  get fill(): number {
    return this.#next / this.#fileBytes;
  }

  get fileBytes(): number {
    return this.#fileBytes;
  }

  get freeBytes(): number {
    return this.#fileBytes - this.#next;
  }

  /** Whether a frame with so many bytes of entries fits, and leaves so many bytes behind it. */
  fits(entryBytes: number, reserved: number): boolean {
    return this.#next + frameBytes(entryBytes) + reserved <= this.#fileBytes;
  }

  /** Where the entries of the next frame begin. */
  get entriesStart(): number {
    return this.#next + frameHeaderBytes;
  }

  /** For how long it has been active, in ms; 0 while it has no frame. */
  get ageMs(): number {
    return this.#lastSequence === 0 ? 0 : performance.now() - this.#activeSinceMs;
  }

  /**
   * Opens the file, and makes it if it is absent.
   * @throws StoreError `unusable`
   */
  async open(): Promise<void> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC;
    try {
      this.#file ??= await openPlainFile(this.path, flags);
    } catch (error) {
      throw unusableFile(this.path, error);
    }
  }

  /** The open file; undefined: it is closed. */
  get file(): FileHandle | undefined {
    return this.#file;
  }

  /** Starts an epoch in the file, which is open. */
  async begin(epoch: bigint): Promise<void> {
    this.#epoch = epoch;
    const { size, blocks } = await (this.#file as FileHandle).stat();
    // A file that was copied with holes has no blocks to count on.
    const usable = blocks * 512 < size ? 0 : size;
    this.#fileBytes = Math.min(usable - (usable % zeroBytes), this.maxBytes);
    if (this.#fileBytes === 0) await this.#grow(Math.min(firstBytes, this.maxBytes));
    else await this.#writeHeader(this.#fileBytes);
  }

  /** Goes on in the epoch of a server that ended without a clean close. */
  resume({ epoch, fileBytes }: SegmentHeader): void {
    this.#epoch = epoch;
    this.#fileBytes = fileBytes;
  }

  /** Takes over frames that are in its memory. */
  takeOver(frames: readonly Frame[], slots: readonly Slot[]): void {
    this.activate();
    for (const frame of frames) this.#follow(frame);
    for (const slot of slots) this.slots.set(slot.number, slot);
  }

  /** Makes a segment without frames large enough for a frame with so many bytes of entries. */
  async growFor(entryBytes: number, reserved: number): Promise<void> {
    await this.#growing;
    const needed = segmentHeaderBytes + frameBytes(entryBytes) + reserved;
    if (needed > this.#fileBytes) await this.#grow(Math.ceil(needed / zeroBytes) * zeroBytes);
  }

  /** Makes the file larger if it is being filled fast. Frames go on in that time. */
  growIfBusy(): void {
    const { fill, ageMs } = this;
    if (fill < growsFromFill || ageMs >= busyMs * fill) return;
    this.growTo(this.#fileBytes * growth);
  }

  /** Makes the file so large, if the disk and its bound allow it. Returns at once. */
  growTo(bytes: number): void {
    const wanted = Math.min(bytes, this.maxBytes);
    if (!this.#mayGrow || this.#growing || this.#fileBytes >= wanted) return;
    this.#growing = this.#growIfRoomy(wanted)
      .catch(() => {
        this.#mayGrow = false;
      })
      .finally(() => {
        this.#growing = undefined;
      });
  }

  /** Takes frames from now on. */
  activate(): void {
    this.state = 'active';
    this.#next = segmentHeaderBytes;
    this.#lastSequence = 0;
    this.#ceiling = undefined;
    this.#mayGrow = true;
  }

  /**
   * Writes the frame whose entries lie at {@link entriesStart}. Resolves when it is on the disk.
   */
  async append(
    end: number,
    sequence: number,
    ceiling: number | undefined,
    writer: Pick<FrameWriter, 'write'>,
  ): Promise<void> {
    const at = this.#next;
    const frame = { sequence, ceiling, start: this.entriesStart, end };
    writeFrame(this.memory, at, this.#epoch, frame);
    const bytes = frameBytes(end - frame.start);
    const { fd: file } = this.#file as FileHandle;
    await writer.write({ file, segment: this.number, at, bytes });
    this.#follow(frame);
  }

  /** Its entries are in LMDB. */
  free(): void {
    this.slots.clear();
    this.reservedPages = new PageCount();
    this.state = 'free';
  }

  async close(): Promise<void> {
    await this.#growing;
    await this.#file?.close();
    this.#file = undefined;
  }

  #follow({ sequence, ceiling, end, start }: Frame): void {
    if (this.#lastSequence === 0) this.#activeSinceMs = performance.now();
    this.#next = start - frameHeaderBytes + frameBytes(end - start);
    this.#lastSequence = sequence;
    this.#ceiling = ceiling ?? this.#ceiling;
  }

  /** The journal must not take the space that the data needs. */
  async #growIfRoomy(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    if (bavail * bsize >= roominess * bytes) await this.#grow(bytes);
    else this.#mayGrow = false;
  }

  /**
   * The space is used once the header says that it is there.
   * @throws the system's error, and leaves the size as it was
   */
  async #grow(bytes: number): Promise<void> {
    const file = this.#file as FileHandle;
    const zeros = Buffer.alloc(zeroBytes);
    try {
      for (let at = this.#fileBytes; at < bytes; at += zeroBytes) {
        const { bytesWritten } = await file.write(zeros, 0, zeroBytes, at);
        if (bytesWritten < zeroBytes)
          throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
      }
    } catch (error) {
      // The data needs that space.
      await file.truncate(this.#fileBytes).catch(() => {});
      throw error;
    }
    await this.#writeHeader(bytes);
    this.#fileBytes = bytes;
  }

  async #writeHeader(fileBytes: number): Promise<void> {
    const { number } = this;
    const header = segmentHeader({ number, epoch: this.#epoch, fileBytes });
    await (this.#file as FileHandle).write(header, 0, header.length, 0);
  }
}
