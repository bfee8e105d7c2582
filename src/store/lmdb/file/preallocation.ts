/**
 * Preallocation on the disk, made before LMDB needs it. The data file is kept longer than LMDB uses, with blocks behind every
 * byte, and a transaction begins only if it can't outgrow that. So a full disk is met here, by a plain write whose
 * failure harms nothing, and never inside a commit: there lmdb 3.5 reports a failed write by printing past the end
 * of a heap block (`last_error` in mdb_page_flush), which ends the process, and a short write as an I/O error.
 *
 * Deletions and sweeps may use the last pages, the reserve, so that a full store can always be emptied.
 */
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { StoreError } from '../../store.js';

/** Pages kept for deletions: a free list taken up whole (150 pages) and some tens of changes. */
const reservePages = 320;
/** lmdb's `me_maxfreepgs_to_retain`. */
const maxPagesTakenUp = 75_000;
/** The file grows by this much at least, so that it seldom has to; little enough to be synced along in passing. */
const growthBytes = 1024 * 1024;
/** A record from here on may lie in pages of its own (LMDB's limit is about 2 KiB in a page of 4). */
const overflowBytes = 1000;
const pageHeaderBytes = 24;
/** Commits that are remembered. Readers are seldom more than two behind. */
const rememberedCommits = 64;
/** The lock file has 64 bytes a reader and a header of 272; what a data file takes before its first entity. */
const lockBytes = 4096;
const firstBytes = 256 * 1024;

/** The stats of the store as its last commit left it, from LMDB's statistics. */
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
  /** Pages that hold nothing. The next transaction may use those that were free before the oldest commit that is still being read, or the last. */
  readonly freePages: number;
}

/** The most pages that a transaction can take. */
export interface PageNeed {
  /** Pages that lie side by side: only behind the end of the file are they sure to be found. */
  readonly runs: number;
  readonly singles: number;
}

/**
 * What a transaction can need at most.
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
  // A change copies its leaf, and may split it in up to three. Each branch above likewise, but branches are shared.
  const leaves = 3 * keys;
  const levels = stats.depth + 1;
  const branches = Math.min(2 * levels * keys, 2 * stats.branchPages + keys + levels);
  // The copies in the tree of trees and in that of free pages.
  const bookkeeping = 32;
  const singles = leaves + branches + bookkeeping;
  // The numbers of free pages, eight bytes each, are stored too: those that become free, and those LMDB took up and left.
  const listed = singles + records + freedPages + Math.min(stats.freePages, maxPagesTakenUp);
  const freeList = Math.ceil((8 * listed) / stats.pageBytes) + 1;
  return { runs: records + freeList, singles };
}

/** Pages that a record of this length may have of its own. */
export function overflowPages(recordLength: number, pageBytes: number): number {
  return recordLength < overflowBytes ? 0 : Math.ceil((recordLength + pageHeaderBytes) / pageBytes);
}

/**
 * Makes sure that LMDB can open the directory. It writes to its lock file through a map, where a full disk is a signal
 * that ends the process, so a missing lock file is given its blocks first; and a new data file needs a few pages.
 * @throws the system's error, such as ENOSPC
 */
export function reserveInitial(dataFile: string): void {
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

export class Preallocation {
  readonly #path: string;
  /** The file has blocks from here back to the last page LMDB has used. */
  #allocatedBytes: number;
  readonly #commitsBeingRead: () => readonly number[];
  /** The last commits, without a gap: the pages that each left free, and the most that the transaction after it can have taken. */
  readonly #commits: { readonly commit: number; readonly freePages: number; need: number }[] = [];
  #refused = false;

  /** @param commitsBeingRead the commits whose state readers look at now: LMDB leaves alone what these, or later ones, freed */
  constructor(dataFile: string, commitsBeingRead: () => readonly number[]) {
    this.#path = dataFile;
    this.#commitsBeingRead = commitsBeingRead;
    const { size, blocks } = statSync(dataFile);
    // A file that was copied with holes has no blocks to count on.
    this.#allocatedBytes = blocks * 512 < size ? 0 : size;
  }

  /**
   * Makes sure that a transaction finds its pages.
   * @param reserved whether the reserve must be left over, as for all but deletions
   * @throws StoreError `full`
   */
  ensure(stats: EnvStats, { runs, singles }: PageNeed, reserved: boolean): void {
    const { pageBytes, usedPages } = stats;
    const need = runs + singles;
    this.#follow(stats, need);
    const tail = () => Math.floor(this.#allocatedBytes / pageBytes) - usedPages;
    if (tail() >= need + reservePages) return;
    const wanted = (usedPages + need + reservePages) * pageBytes;
    const error = this.#grow(Math.max(wanted, this.#allocatedBytes + growthBytes), pageBytes);
    // The disk is full, but the file may not be: single pages come out of its free ones, where there are plenty, and those
    // are as good a reserve.
    const reusable = this.#reusablePages();
    const least = reusable >= 2 * singles + reservePages ? runs : need;
    const reserve = reserved && reusable < 2 * need + reservePages ? reservePages : 0;
    this.#refused = tail() < least + reserve;
    if (this.#refused) throw full(error);
  }

  /** Whether a transaction was refused that may pass after a commit, however small: what the last one freed can be used then. */
  get awaitsCommit(): boolean {
    const last = this.#commits.at(-1);
    return (
      this.#refused && last !== undefined && last.freePages - last.need > this.#reusablePages()
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
   * The free pages that the transaction to come is sure to find: those that were free before the oldest commit that is being read
   * (the last, if none is), less what was taken since. LMDB looks for no others (`mdb_find_oldest`).
   */
  #reusablePages(): number {
    const last = this.#commits.at(-1)?.commit ?? 0;
    const oldest = Math.min(last, ...this.#commitsBeingRead());
    const since = this.#commits.filter(({ commit }) => commit >= oldest - 1);
    const before = since.shift();
    if (before?.commit !== oldest - 1) return 0;
    const now = since.at(-1)?.freePages ?? 0;
    // The last of `since` is the transaction to come.
    const taken = since.slice(0, -1).reduce((sum, { need }) => sum + need, before.need);
    return Math.max(0, Math.min(now, before.freePages - taken));
  }

  /**
   * Writes zeros to the end of the file until it has the size, as far as the disk lets it. The usual growth is written a page at a time: what is
   * written at once the kernel may keep in one large folio, and a commit's sync then looks through all of that for the one page that changed.
   * (Where a transaction needs more, it is for records of many pages each.)
   */
  #grow(size: number, pageBytes: number): unknown {
    const usual = size - this.#allocatedBytes <= growthBytes;
    const zeros = Buffer.alloc(usual ? pageBytes : growthBytes);
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

export function full(cause: unknown): StoreError {
  return new StoreError(
    'full',
    'there is no room left for the data file; free disk space, then try again',
    {
      cause,
    },
  );
}
