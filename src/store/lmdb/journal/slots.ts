/**
 * Files for large values. A value is written to a slot before the frame that refers to it, so the
 * frames of others do not wait for it. A slot is free again when the segment with that frame has
 * been checkpointed. Its file is then used for another value.
 */
import { constants } from 'node:fs';
import { type FileHandle, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreError } from '../../store.js';
import type { SlotSource } from '../checkpoint/messages.js';
import { syncNames } from '../file/directory.js';
import { openPlainFile, unusableFile } from '../file/plain-file.js';

/** Bytes in slots that wait for a checkpoint. A single larger value may have a slot. */
const maxHeldBytes = 64 * 1024 * 1024;
/** A value is written in pieces of this size, so that no other sync waits for all of it. */
const writeBytes = 1024 * 1024;
/** A longer file is not kept for the next value. */
const maxKeptBytes = 4 * 1024 * 1024;

const baseName = 'journal-slot-';
const names = /^journal-slot-(\d+)$/;

export function slotPath(directory: string, number: number): string {
  return join(directory, `${baseName}${number}`);
}

export interface Slot {
  readonly number: number;
  /** The value, or values, in memory of their own: nothing changes them any more. */
  readonly memory: Buffer;
}

export class Slots {
  readonly #directory: string;
  readonly #onCrowded: () => void;
  /** By number; undefined: it has no file. */
  readonly #files: (FileHandle | undefined)[] = [];
  readonly #taken = new Map<number, Slot>();
  /** Numbers of files that were there before. */
  readonly #resumed = new Set<number>();
  #heldBytes = 0;
  #writtenBytes = 0;
  #waiting: (() => void)[] = [];
  #failure: StoreError | undefined;

  /** @param onCrowded called when a value waits for the next checkpoint */
  constructor(directory: string, onCrowded: () => void) {
    this.#directory = directory;
    this.#onCrowded = onCrowded;
  }

  /**
   * Opens the file of the first slot, so that a process without free descriptors has one.
   * @throws StoreError `unusable`
   */
  async open(): Promise<void> {
    try {
      await this.#open(0);
    } catch (error) {
      throw unusableFile(slotPath(this.#directory, 0), error);
    }
  }

  /** The open files, with their paths. */
  *files(): Generator<{ readonly file: FileHandle; readonly path: string }> {
    for (const [number, file] of this.#files.entries())
      if (file) yield { file, path: slotPath(this.#directory, number) };
  }

  /** Removes files that a killed server left, and no frame refers to. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const number = Number(names.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(number) || this.#taken.has(number) || this.#files[number]) continue;
      await rm(join(this.#directory, name), { force: true });
    }
  }

  /** Slots in use, their bytes, and all bytes that were written to slots so far. */
  get statistics(): { readonly count: number; readonly bytes: number; readonly written: number } {
    return { count: this.#taken.size, bytes: this.#heldBytes, written: this.#writtenBytes };
  }

  /** Whether a value waits for the next checkpoint. */
  get isCrowded(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Takes a slot. Waits while too many bytes are held, or the process has no descriptor for another
   * file.
   */
  async take(bytes: number): Promise<Slot> {
    for (;;) {
      while (this.#heldBytes > 0 && this.#heldBytes + bytes > maxHeldBytes) await this.#freed();
      let number = 0;
      while (this.#taken.has(number)) number++;
      const slot = { number, memory: Buffer.allocUnsafeSlow(bytes) };
      this.#hold(slot);
      try {
        await this.#open(number);
        return slot;
      } catch (error) {
        this.free(slot);
        const { code } = error as NodeJS.ErrnoException;
        if (this.#taken.size === 0 || (code !== 'EMFILE' && code !== 'ENFILE')) throw error;
        await this.#freed();
      }
    }
  }

  /** Nothing is freed any more: no value waits for that. */
  fail(error: StoreError): void {
    this.#failure ??= error;
    this.#wake();
  }

  async #freed(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const freed = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#onCrowded();
    await freed;
    if (this.#failure) throw this.#failure;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Writes the memory of a slot to its file. Resolves when it is on the disk. */
  async write({ number, memory }: Slot): Promise<void> {
    const file = await this.#open(number);
    for (let at = 0; at < memory.length; ) {
      const length = Math.min(writeBytes, memory.length - at);
      const { bytesWritten } = await file.write(memory, at, length, at);
      if (bytesWritten === 0) throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
      at += bytesWritten;
      this.#writtenBytes += bytesWritten;
    }
  }

  /** Where the checkpoint thread reads the values of a slot that was written. */
  sourceOf({ number, memory }: Slot): SlotSource {
    return this.#files[number]?.fd ?? memory;
  }

  /** A slot that a server without a clean close left. Its file is opened for another value. */
  resume(slot: Slot): void {
    this.#hold(slot);
    this.#resumed.add(slot.number);
  }

  free(slot: Slot): void {
    if (this.#taken.get(slot.number) !== slot) return;
    this.#taken.delete(slot.number);
    this.#heldBytes -= slot.memory.length;
    this.#wake();
  }

  /** Closes the files, and removes those of free slots, also what a killed server left. */
  async close(): Promise<void> {
    for (const [number, file] of this.#files.splice(0).entries()) {
      if (!file) continue;
      this.#resumed.delete(number);
      const path = slotPath(this.#directory, number);
      const [held, named] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
      await file.close();
      // Another server may have begun a store at the path of one that was moved.
      const isOurs = named?.ino === held.ino && named.dev === held.dev;
      if (isOurs && !this.#taken.has(number)) await rm(path, { force: true });
    }
    for (const number of this.#resumed)
      if (!this.#taken.has(number)) await rm(slotPath(this.#directory, number), { force: true });
  }

  #hold(slot: Slot): void {
    this.#taken.set(slot.number, slot);
    this.#heldBytes += slot.memory.length;
  }

  async #open(number: number): Promise<FileHandle> {
    const held = this.#files[number];
    if (held) {
      if ((await held.stat()).size > maxKeptBytes) await held.truncate(0);
      return held;
    }
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC;
    const file = await openPlainFile(slotPath(this.#directory, number), flags);
    try {
      await syncNames(this.#directory);
    } catch (error) {
      // A value in it could be lost with the name. The next one tries again.
      await file.close();
      throw error;
    }
    this.#files[number] = file;
    return file;
  }
}
