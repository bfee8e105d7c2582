/**
 * The transactions of the store: the only code that changes the data file. Each is stored whole or
 * not at all. Its pages are on the disk when the call returns, but not the meta page that makes
 * them valid: a loss of power may undo the last transaction. sync() makes that one durable too.
 * (LMDB's MDB_NOMETASYNC.) The journal keeps what it could undo.
 */
import { fdatasyncSync } from 'node:fs';
import { isDescribed, readUint64, writeUint64 } from '../../record.js';
import {
  ceilingKey,
  dataFile,
  type Environment,
  envStats,
  formatKey,
  formatWithFields,
  formatWithJournal,
  formatWithoutFields,
  journalKey,
  readersOf,
} from '../file/environment.js';
import { PageCount, type Pages, remainder } from '../file/page-count.js';
import { overflowPages, Preallocation, pagesNeeded } from '../file/preallocation.js';
import {
  decodeJournalState,
  encodeJournalState,
  type JournalState,
} from '../journal/journal-state.js';
import type { Change, Mark } from './change.js';
import { ExpiryIndex } from './expiry-index.js';
import { saysFull } from './says-full.js';

const nothing = Buffer.alloc(0);
/**
 * Taken by the first transactions of a checkpoint besides their records, until the pages that they
 * free can be used.
 */
const checkpointPages = 64;

export class Transactions {
  readonly #env: Environment;
  readonly #preallocation: Preallocation;
  readonly #expiry: ExpiryIndex;
  /** Whether a record with fields is stored, which older releases can't read. */
  #hasFields: boolean;
  /**
   * Pages at the end of the file for records of the journal. So what was acknowledged finds its
   * space there, even if the disk is full.
   */
  readonly #reserved = new PageCount();
  #isBroken = false;
  /** As it is stored; undefined while the journal is not in use. */
  #journal: JournalState | undefined;

  constructor(env: Environment, directory: string) {
    this.#env = env;
    this.#preallocation = new Preallocation(dataFile(directory), () =>
      readersOf(env.root).flatMap(({ commit }) => commit ?? []),
    );
    this.#expiry = new ExpiryIndex(env);
    const state = env.meta.get(journalKey);
    this.#journal = state && decodeJournalState(state);
    const format = env.meta.get(formatKey);
    this.#hasFields =
      (this.#journal?.cleanFormat ?? (format && readUint64(format, 0))) === formatWithFields;
  }

  /** Whether an error means that a transaction did not fit. Then it has changed nothing. */
  isFull(error: unknown): boolean {
    return !this.#isBroken && saysFull(error);
  }

  /** Whether a commit failed on its way to the disk: the state there is unknown. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Says that the journal is used from now on, so that older releases refuse the directory. Durable
   * when it returns. Like {@link seal} it makes both states of the file say so.
   */
  begin(epoch: bigint): void {
    for (let commits = 0; commits < 2; commits++) {
      this.#transaction(() => {
        this.#preallocate([formatKey, journalKey], [], 0);
        this.#setJournal({ cleanFormat: this.#cleanFormat, epoch, checkpointed: 0 });
        this.#env.meta.putSync(formatKey, uint64(formatWithJournal));
      });
      this.sync();
    }
  }

  /**
   * Stores changes of different keys.
   * @throws StoreError `full`, before anything is changed; else the error of LMDB, see {@link
   *   saysFull}
   */
  commit(changes: readonly Change[], mark?: Mark): void {
    this.#transaction(() => this.#store(changes, mark));
  }

  /** Stores changes for whose records pages were reserved. Returns how many pages that were. */
  commitReserved(changes: readonly Change[], mark?: Mark): Pages {
    this.commit(changes, mark);
    const pages = new PageCount();
    for (const { key, record } of changes)
      if (record !== undefined) pages.addRecord(key.length + record.length);
    this.release(pages);
    return pages;
  }

  /**
   * Reserves pages for records of the journal.
   * @throws StoreError `full`
   */
  reserve(pages: Pages): void {
    const { runs, singles } = this.#reserved;
    const stats = envStats(this.#env.entities);
    const oneChange = pagesNeeded(stats, 1, [], 0);
    const need = {
      runs: Math.ceil(runs + pages.runs) + oneChange.runs,
      singles: Math.ceil(singles + pages.singles) + oneChange.singles,
    };
    // At once, and not by the first transaction of a checkpoint, which would have to sync it all.
    if (this.#preallocation.ensure(stats, need, true, checkpointPages)) this.sync();
    this.#reserved.add(pages);
  }

  /** Gives up pages that were reserved. */
  release(pages: Pages): void {
    this.#reserved.subtract(pages);
  }

  /** Makes a commit that changes nothing. Throws like commit(). */
  touch(): void {
    this.#transaction(() => this.#touch());
  }

  /** Makes the last transaction durable. */
  sync(): void {
    fdatasyncSync(this.#preallocation.file);
  }

  /**
   * Removes up to `limit` entities that had expired by `nowMs`. Returns how many. Throws like
   * commit().
   */
  sweep(nowMs: number, limit: number): number {
    return this.#transaction(() => this.#sweep(nowMs, limit));
  }

  /**
   * Says that the journal is empty. A second commit makes the two states that the file then holds
   * the same to a reader, so that damage to the newer meta page can't bring an older value back.
   */
  seal(): void {
    for (let commits = 0; commits < 2; commits++) {
      this.#transaction(() => {
        this.#preallocate([formatKey, journalKey], [], 0);
        this.#env.meta.putSync(formatKey, uint64(this.#cleanFormat));
        this.#env.meta.removeSync(journalKey);
        this.#journal = undefined;
      });
      this.sync();
    }
  }

  close(): void {
    this.#preallocation.close();
  }

  get #cleanFormat(): number {
    return this.#hasFields ? formatWithFields : formatWithoutFields;
  }

  /** Runs the work in one transaction. A throw aborts it. */
  #transaction<T>(work: () => T): T {
    const expiring = this.#expiry.count;
    const hasFields = this.#hasFields;
    const journal = this.#journal;
    let commits = false;
    try {
      return this.#env.root.transactionSync(() => {
        const result = work();
        commits = true;
        return result;
      });
    } catch (error) {
      this.#expiry.count = expiring;
      this.#hasFields = hasFields;
      this.#journal = journal;
      // Nobody knows what is on the disk then: the kernel forgets what a sync could not write.
      this.#isBroken ||= commits;
      throw error;
    }
  }

  /**
   * Makes sure that the disk has space for a change of these keys.
   * @param recordLengths of the new records; none: the keys are only removed
   * @param expiring how many of the new records expire
   * @throws StoreError `full`
   */
  #preallocate(keys: readonly Buffer[], recordLengths: readonly number[], expiring: number): void {
    const isIndexed = this.#expiry.count > 0;
    const trees = isIndexed ? [this.#env.expiry] : [];
    const stats = envStats(this.#env.entities, ...trees);
    let freedPages = 0;
    if (stats.overflowPages > 0)
      for (const key of keys)
        freedPages += overflowPages(
          this.#env.entities.getBinaryFast(key)?.length ?? 0,
          stats.pageBytes,
        );
    // The expiry index is a tree of its own. It changes where a new record enters it, and where an
    // old one may leave it.
    const changes = keys.length + expiring + (isIndexed ? keys.length : 0);
    const need = pagesNeeded(stats, changes, recordLengths, freedPages);
    const stores = recordLengths.length > 0;
    // The records are among those for which pages are reserved.
    const own = new PageCount();
    for (const length of recordLengths) own.addRecord(length);
    const others = remainder(this.#reserved, own);
    const all = { runs: need.runs + others.runs, singles: need.singles + others.singles };
    try {
      this.#preallocation.ensure(stats, all, stores);
    } catch (error) {
      if (!saysFull(error)) throw error;
      // The others come later: to stop this one would stop them too.
      this.#preallocation.ensure(stats, need, stores);
    }
  }

  /** @throws StoreError `full`, before anything is changed */
  #store(changes: readonly Change[], mark: Mark | undefined): void {
    this.#preallocate(
      changes.map(({ key }) => key),
      changes.flatMap(({ record }) => record?.length ?? []),
      changes.filter(({ expiresMs }) => expiresMs !== undefined).length,
    );
    for (const change of changes) {
      const { key, record } = change;
      this.#expiry.forget(key);
      if (record !== undefined) this.#put(change, record);
      else this.#env.entities.removeSync(key);
    }
    if (!mark) return;
    if (this.#journal) this.#setJournal({ ...this.#journal, checkpointed: mark.sequence });
    if (mark.ceiling !== undefined) this.#env.meta.putSync(ceilingKey, uint64(mark.ceiling));
  }

  #put({ key, expiresMs }: Change, record: Buffer): void {
    this.#env.entities.putSync(key, record);
    if (expiresMs !== undefined) this.#expiry.add(key, expiresMs);
    if (isDescribed(record) && !this.#hasFields) {
      this.#hasFields = true;
      if (this.#journal) this.#setJournal({ ...this.#journal, cleanFormat: formatWithFields });
      else this.#env.meta.putSync(formatKey, uint64(formatWithFields));
    }
  }

  #setJournal(state: JournalState): void {
    this.#env.meta.putSync(journalKey, encodeJournalState(state));
    this.#journal = state;
  }

  #sweep(nowMs: number, limit: number): number {
    const due = this.#expiry.due(nowMs, limit);
    if (due.length === 0) {
      if (this.#preallocation.awaitsCommit) this.#touch();
      return 0;
    }
    this.#preallocate(
      due.map(({ key }) => key),
      [],
      0,
    );
    for (const { key, expiresMs } of due) {
      // The index is exact. The record is checked all the same, because a deletion follows.
      if (this.#expiry.expiryOf(key) === expiresMs) this.#env.entities.removeSync(key);
      this.#expiry.remove(key, expiresMs);
    }
    return due.length;
  }

  /** Makes a commit that changes nothing. */
  #touch(): void {
    this.#preallocate([formatKey], [], 0);
    this.#env.meta.putSync(formatKey, this.#env.meta.get(formatKey) ?? nothing);
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeUint64(bytes, 0, value);
  return bytes;
}
