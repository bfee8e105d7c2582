/**
 * Room on the disk, made before LMDB needs it. The data file is kept longer than LMDB uses, with blocks behind every
 * byte, and a transaction begins only if it can't outgrow that. So a full disk is met here, by a plain write whose
 * failure harms nothing, and never inside a commit: there lmdb 3.5 reports a failed write by printing past the end
 * of a heap block (`last_error` in mdb_page_flush), which ends the process, and a short write as an I/O error.
 *
 * Deletions and sweeps may use the last pages, the reserve, so that a full store can always be emptied.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { StoreError } from '../store.js';

/** Pages kept for deletions. */
const reservePages = 128;
/** The file grows by this much at least, so that it seldom has to; little enough to be synced along in passing. */
const growthBytes = 1024 * 1024;
/** A record from here on may lie in pages of its own (LMDB's limit is about 2 KiB in a page of 4). */
const overflowBytes = 1000;
const pageHeaderBytes = 24;
/** The lock file has 64 bytes a reader and a header of 272; what a data file takes before its first entity. */
const lockBytes = 4096;
const firstBytes = 256 * 1024;

/** The shape of the store as it is, from LMDB's statistics. */
export interface StoreShape {
  readonly pageBytes: number;
  /** Pages of the file that LMDB has used so far, free ones included. */
  readonly usedPages: number;
  /** Levels of the deepest tree, and branch pages of all. */
  readonly depth: number;
  readonly branchPages: number;
  /** Pages that hold nothing. Some of them may not be used again before the next commit. */
  readonly freePages: number;
}

/** The most pages that a transaction can add to the file. */
export function pagesNeeded(shape: StoreShape, keys: number, recordLengths: Iterable<number>): number {
  let overflow = 0;
  for (const length of recordLengths)
    if (length >= overflowBytes) overflow += Math.ceil((length + pageHeaderBytes) / shape.pageBytes);
  // A change copies its leaf and may split it; each branch above likewise, but branches are shared.
  const levels = shape.depth + 1;
  const copied = 3 * keys + Math.min(2 * levels * keys, 2 * shape.branchPages + keys + levels);
  // The list of freed pages is stored too, eight bytes a page; and the trees of trees and of free pages are copied.
  return overflow + copied + Math.ceil((8 * (copied + overflow)) / shape.pageBytes) + 32;
}

/**
 * Makes sure that LMDB can open the folder. It writes to its lock file through a map, where a full disk is a signal
 * that ends the process, so a missing lock file is given its blocks first; and a new data file needs a few pages.
 * @throws the system's error, such as ENOSPC
 */
export function makeFirstRoom(dataFile: string): void {
  const lockFile = `${dataFile}-lock`;
  const probe = `${dataFile}-probe-${process.pid}`;
  try {
    if (!existsSync(dataFile)) writeFileSync(probe, Buffer.alloc(firstBytes));
    if (existsSync(lockFile)) return;
    writeFileSync(probe, Buffer.alloc(lockBytes));
    // All or nothing, and never in the place of one that another process has just made.
    linkSync(probe, lockFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(probe, { force: true });
  }
}

export class Room {
  readonly #path: string;
  #allocatedBytes: number;

  constructor(dataFile: string) {
    this.#path = dataFile;
    const file = openSync(dataFile, 'r');
    this.#allocatedBytes = fstatSync(file).size;
    closeSync(file);
  }

  /**
   * Makes sure that a transaction which adds at most `pages` pages to the file will find room for them.
   * @param reserved whether the reserve must be left over, as for all but deletions
   * @throws StoreError `full`
   */
  ensure(shape: StoreShape, pages: number, reserved: boolean): void {
    const { pageBytes, usedPages, freePages } = shape;
    const least = (usedPages + pages) * pageBytes;
    const wanted = least + reservePages * pageBytes;
    if (this.#allocatedBytes >= wanted) return;
    const error = this.#grow(Math.max(wanted, this.#allocatedBytes + growthBytes));
    // Free pages within the file are as good a reserve as room behind it.
    const needed = reserved && freePages < pages + reservePages ? wanted : least;
    if (this.#allocatedBytes < needed)
      throw new StoreError(
        'full',
        'there is no room left for the data file; free disk space, then try again',
        {
          cause: error,
        },
      );
  }

  /** Writes zeros to the end of the file until it has the size, as far as the disk lets it. */
  #grow(size: number): unknown {
    const zeros = Buffer.alloc(Math.min(growthBytes, size - this.#allocatedBytes));
    let file: number | undefined;
    try {
      file = openSync(this.#path, 'r+');
      while (this.#allocatedBytes < size) {
        const length = Math.min(zeros.length, size - this.#allocatedBytes);
        this.#allocatedBytes += writeSync(file, zeros, 0, length, this.#allocatedBytes);
      }
      return undefined;
    } catch (error) {
      return error;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}
