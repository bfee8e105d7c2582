/**
 * Disk space, allocated before LMDB needs it. The data file is kept longer than LMDB uses, with
 * blocks behind every byte, and a transaction begins only if it can't outgrow that. So a full disk
 * is met here, by a plain write whose failure harms nothing, and never inside a commit. There lmdb
 * 3.5 prints a failed write past the end of a heap block (`last_error` in mdb_page_flush), which
 * ends the process, and it reports a short write as an I/O error.
 *
 * Deletions and sweeps may use the last pages, the reserve, so a full store can always be emptied.
 */
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { StoreError } from '../../store.js';

/** Pages kept for deletions: a whole free list (150 pages) and some tens of changes. */
export const reservePages = 320;
/** lmdb's `me_maxfreepgs_to_retain`. */
const maxPagesTakenUp = 75_000;
/** Minimum growth of the file: rare enough, and small enough to be synced along with a commit. */
const growthBytes = 1024 * 1024;
/** A record from this size on may have pages of its own. (LMDB's limit is 2 KiB in a page of 4.) */
const overflowBytes = 1000;
const pageHeaderBytes = 24;
/** Commits that are remembered. Readers are rarely more than two behind. */
const rememberedCommits = 64;

/** Statistics of the environment as its last commit left it. */
export interface EnvStats {
  /** The number of that commit. */
  readonly commit: number;
  readonly pageBytes: number;
  /** Pages of the file that LMDB has used so far, free ones included. */
  readonly usedPages: number;
  /** Levels of the deepest tree. */
  readonly depth: number;
  /** Branch pages of all trees, and pages of records that have pages of their own. */
  readonly branchPages: number;
  readonly overflowPages: number;
  /**
   * Pages that hold nothing. The next transaction may use only a part of them: see #reusablePages.
   */
  readonly freePages: number;
}

/** The maximum of pages that a transaction can take. */
export interface PageNeed {
  /** Adjacent pages: only at the end of the file are they sure to be found. */
  readonly runs: number;
  readonly singles: number;
}

/**
 * The maximum that a transaction can need.
 * @param keys changes of one key in one tree
 * @param recordLengths of the records to be stored
 * @param freedPages pages that the replaced and removed records had of their own
 */
export function pagesNeeded(
  stats: EnvStats,
  keys: number,
  recordLengths: readonly number[],
  freedPages: number,
): PageNeed {
  let records = 0;
  for (const length of recordLengths) records += overflowPages(length, stats.pageBytes);
  // A change copies its leaf, and may split it in up to three. So do the branches above, but
  // changes share them.
  const leaves = 3 * keys;
  const levels = stats.depth + 1;
  const branches = Math.min(2 * levels * keys, 2 * stats.branchPages + keys + levels);
  // Copies in the tree of trees and in the tree of free pages.
  const bookkeeping = 32;
  const singles = leaves + branches + bookkeeping;
  // The free list is stored too, eight bytes per page: pages that become free, and pages that LMDB
  // took from the list and did not use.
  const listed = singles + records + freedPages + Math.min(stats.freePages, maxPagesTakenUp);
  const freeList = Math.ceil((8 * listed) / stats.pageBytes) + 1;
  return { runs: records + freeList, singles };
}

/** Pages that a record of this length may have of its own. */
export function overflowPages(recordLength: number, pageBytes: number): number {
  return recordLength < overflowBytes ? 0 : Math.ceil((recordLength + pageHeaderBytes) / pageBytes);
}

/** The system's codes of a disk, a quota or a file that may not grow. */
const fullCodes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function isFullCode(code: unknown): boolean {
  return fullCodes.has(code);
}

export class Preallocation {
  /** Kept open: a moved file, or a process without free descriptors, is not a full disk. */
  readonly #file: number;
  /** The file has blocks up to here, from the last page that LMDB has used. */
  #allocatedBytes: number;
  readonly #commitsBeingRead: () => readonly number[];
  /**
   * The last commits, without a gap: the pages that each left free, and the maximum that the
   * transaction after it can have taken.
   */
  readonly #commits: { readonly commit: number; readonly freePages: number; need: number }[] = [];
  #rejected = false;

  /**
   * @param commitsBeingRead the commits that readers look at now: LMDB keeps the pages that these,
   *   or later ones, freed
   */
  constructor(dataFile: string, commitsBeingRead: () => readonly number[]) {
    this.#file = openSync(dataFile, 'r+');
    this.#commitsBeingRead = commitsBeingRead;
    const { size, blocks } = fstatSync(this.#file);
    // A file that was copied with holes has no blocks to count on.
    this.#allocatedBytes = blocks * 512 < size ? 0 : size;
  }

  /**
   * Makes sure that a transaction finds its pages.
   * @param reserved whether the reserve must stay: true for all but deletions
   * @param margin pages that must be there besides, unless plenty are free in the file
   * @returns whether the file has grown
   * @throws StoreError `full`; the system's error if the disk is not full, but broken
   */
  ensure(stats: EnvStats, { runs, singles }: PageNeed, reserved: boolean, margin = 0): boolean {
    const { pageBytes, usedPages } = stats;
    const need = runs + singles;
    this.#follow(stats, need);
    const tail = () => Math.floor(this.#allocatedBytes / pageBytes) - usedPages;
    if (tail() >= need + reservePages + margin) return false;
    const wanted = (usedPages + need + reservePages + margin) * pageBytes;
    const error = this.#grow(Math.max(wanted, this.#allocatedBytes + growthBytes), pageBytes);
    // The disk is full, but the file may not be: single pages come from its free ones. Each counts
    // as half a page. Where there are plenty, they serve as the reserve too.
    const reusable = this.#reusablePages();
    const isPlenty = reusable >= 2 * need + reservePages;
    const reserve = reserved ? reservePages + margin : 0;
    const others = isPlenty ? 0 : Math.max(0, singles + reserve - Math.floor(reusable / 2));
    this.#rejected = tail() < runs + others;
    if (!this.#rejected) return true;
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    throw code === undefined || isFullCode(code) ? full(error) : error;
  }

  /** A descriptor of the data file. */
  get file(): number {
    return this.#file;
  }

  close(): void {
    closeSync(this.#file);
  }

  /**
   * Whether a rejected transaction may pass after any commit, which releases what the last one
   * freed.
   */
  get awaitsCommit(): boolean {
    const last = this.#commits.at(-1);
    return (
      this.#rejected && last !== undefined && last.freePages - last.need > this.#reusablePages()
    );
  }

  #follow({ commit, usedPages, pageBytes, freePages }: EnvStats, need: number): void {
    this.#allocatedBytes = Math.max(this.#allocatedBytes, usedPages * pageBytes);
    const last = this.#commits.at(-1);
    if (last?.commit === commit) {
      last.need = Math.max(last.need, need);
      return;
    }
    if (last?.commit !== commit - 1) this.#commits.length = 0;
    this.#commits.push({ commit, freePages, need });
    if (this.#commits.length > rememberedCommits) this.#commits.shift();
  }

  /**
   * The free pages that the next transaction is sure to find: those that were free before the
   * oldest commit being read (else before the last), less what was taken since. LMDB looks for no
   * others (`mdb_find_oldest`).
   */
  #reusablePages(): number {
    const last = this.#commits.at(-1)?.commit ?? 0;
    const oldest = Math.min(last, ...this.#commitsBeingRead());
    const since = this.#commits.filter(({ commit }) => commit >= oldest - 1);
    const before = since.shift();
    if (before?.commit !== oldest - 1) return 0;
    const now = since.at(-1)?.freePages ?? 0;
    // The last of `since` is the next transaction.
    const taken = since.slice(0, -1).reduce((sum, { need }) => sum + need, before.need);
    return Math.max(0, Math.min(now, before.freePages - taken));
  }

  /**
   * Writes zeros to the end of the file until it has the size, as far as the disk allows. The usual
   * growth is written page by page: the kernel may keep a large write in one large folio, and a
   * sync then searches all of it for the one page that changed.
   */
  #grow(size: number, pageBytes: number): unknown {
    const usual = size - this.#allocatedBytes <= growthBytes;
    const zeros = Buffer.alloc(usual ? pageBytes : growthBytes);
    try {
      while (this.#allocatedBytes < size) {
        const length = Math.min(zeros.length, size - this.#allocatedBytes);
        this.#allocatedBytes += writeSync(this.#file, zeros, 0, length, this.#allocatedBytes);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

export function full(cause: unknown): StoreError {
  return new StoreError(
    'full',
    'the disk has no space left for the data file; free some, then try again',
    { cause },
  );
}
