/**
 * The transactions of the store: the only code that changes the data file. Each is stored whole or
 * not at all. Its pages are on the disk when the call returns, but not the meta page that makes
 * them valid: a loss of power may undo the last transaction. sync() makes that one durable too.
 * (LMDB's MDB_NOMETASYNC.) The journal keeps what it could undo.
 */
import { fdatasyncSync } from 'node:fs';
import { isDescribed, readInfo, readUint64, writeUint64 } from '../../record.js';
import {
  ceilingKey,
  checkpointedKey,
  cleanFormatKey,
  databaseStats,
  dataFile,
  type Environment,
  envStats,
  epochKey,
  formatKey,
  formatWithFields,
  formatWithJournal,
  formatWithoutFields,
  readersOf,
} from '../file/environment.js';
import { overflowPages, Preallocation, pagesNeeded, recordPages } from '../file/preallocation.js';

const nothing = Buffer.alloc(0);
/**
 * Codes of a full disk that preallocation.ts did not foresee: MDB_MAP_FULL, ENOSPC, EDQUOT, EFBIG.
 */
const fullCodes: ReadonlySet<unknown> = new Set([-30792, 28, 122, 69, 27]);

/** A change of one key. */
export interface Change {
  readonly key: Buffer;
  /** Undefined: the key is removed. */
  readonly record: Buffer | undefined;
  readonly expiresMs: number | undefined;
}

/** Stored with the last change of a checkpoint. */
export interface Mark {
  /** A version ceiling; undefined: the stored one will do. */
  readonly ceiling: number | undefined;
  /** The last frame whose entries are in LMDB. */
  readonly sequence: number;
}

export class Transactions {
  readonly #env: Environment;
  readonly #preallocation: Preallocation;
  /** Entities that expire. While there are none, a change reads no record. */
  #expiringEntities: number;
  /** Whether a record with fields is stored, which older releases can't read. */
  #hasFields: boolean;
  /**
   * Pages at the end of the file for records of the journal that have pages of their own. So what
   * was acknowledged finds its space there, even if the disk is full.
   */
  #reservedPages = 0;
  #isBroken = false;

  constructor(env: Environment, directory: string) {
    this.#env = env;
    this.#preallocation = new Preallocation(dataFile(directory), () =>
      readersOf(env.root).flatMap(({ commit }) => commit ?? []),
    );
    this.#expiringEntities = databaseStats(env.expiry).entryCount;
    const format = env.meta.get(cleanFormatKey) ?? env.meta.get(formatKey);
    this.#hasFields = format?.equals(uint64(formatWithFields)) ?? false;
  }

  /** Whether a commit failed on its way to the disk: the state there is unknown. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Says that the journal is used from now on, so that older releases refuse the directory. Durable
   * when it returns.
   */
  begin(epoch: bigint): void {
    this.#transaction(() => {
      this.#preallocate([formatKey, cleanFormatKey, epochKey, checkpointedKey], [], 0);
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(epoch);
      this.#env.meta.putSync(epochKey, bytes);
      this.#env.meta.putSync(checkpointedKey, uint64(0));
      this.#env.meta.putSync(cleanFormatKey, uint64(this.#cleanFormat));
      this.#env.meta.putSync(formatKey, uint64(formatWithJournal));
    });
    this.sync();
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
  commitReserved(changes: readonly Change[], mark?: Mark): number {
    this.commit(changes, mark);
    const lengths = changes.flatMap(({ record }) => record?.length ?? []);
    const pages = recordPages(lengths, envStats(this.#env.entities).pageBytes);
    this.release(pages);
    return pages;
  }

  /**
   * Reserves pages for records of the journal.
   * @throws StoreError `full`
   */
  reserve(pages: number): void {
    const need = { runs: this.#reservedPages + pages, singles: 0 };
    this.#preallocation.ensure(envStats(this.#env.entities), need, true);
    this.#reservedPages += pages;
  }

  /** Gives up pages that were reserved. */
  release(pages: number): void {
    this.#reservedPages = Math.max(0, this.#reservedPages - pages);
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
        this.#preallocate([formatKey, cleanFormatKey, epochKey, checkpointedKey], [], 0);
        this.#env.meta.putSync(formatKey, uint64(this.#cleanFormat));
        for (const key of [cleanFormatKey, epochKey, checkpointedKey])
          this.#env.meta.removeSync(key);
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
    const expiringEntities = this.#expiringEntities;
    const hasFields = this.#hasFields;
    let commits = false;
    try {
      return this.#env.root.transactionSync(() => {
        const result = work();
        commits = true;
        return result;
      });
    } catch (error) {
      this.#expiringEntities = expiringEntities;
      this.#hasFields = hasFields;
      this.#isBroken ||= commits && !saysFull(error);
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
    const trees = this.#expiringEntities > 0 ? [this.#env.expiry] : [];
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
    const changes = keys.length + expiring + (this.#expiringEntities > 0 ? keys.length : 0);
    const need = pagesNeeded(stats, changes, recordLengths, freedPages);
    // The records are among those for which pages are reserved.
    const ofOthers = Math.max(0, this.#reservedPages - recordPages(recordLengths, stats.pageBytes));
    this.#preallocation.ensure(
      stats,
      { ...need, runs: need.runs + ofOthers },
      recordLengths.length > 0,
    );
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
      const expiresMs = this.#expiringEntities > 0 ? this.#expiryOf(key) : undefined;
      if (expiresMs !== undefined) this.#forgetExpiry(key, expiresMs);
      if (record !== undefined) this.#put(change, record);
      else this.#env.entities.removeSync(key);
    }
    if (!mark) return;
    this.#env.meta.putSync(checkpointedKey, uint64(mark.sequence));
    if (mark.ceiling !== undefined) this.#env.meta.putSync(ceilingKey, uint64(mark.ceiling));
  }

  #put({ key, expiresMs }: Change, record: Buffer): void {
    this.#env.entities.putSync(key, record);
    if (expiresMs !== undefined) {
      this.#env.expiry.putSync(expiryKey(expiresMs, key), nothing);
      this.#expiringEntities++;
    }
    if (isDescribed(record) && !this.#hasFields) {
      this.#env.meta.putSync(cleanFormatKey, uint64(formatWithFields));
      this.#hasFields = true;
    }
  }

  /** Removes a key that will be replaced from the expiry index. */
  #forgetExpiry(key: Buffer, expiresMs: number): void {
    if (this.#env.expiry.removeSync(expiryKey(expiresMs, key))) this.#expiringEntities--;
  }

  #sweep(nowMs: number, limit: number): number {
    const due = [...this.#env.expiry.getKeys({ limit, end: expiryKey(nowMs + 1, nothing) })];
    if (due.length === 0) {
      if (this.#preallocation.awaitsCommit) this.#touch();
      return 0;
    }
    const keys = due.map((entry) => entry.subarray(8));
    this.#preallocate(keys, [], 0);
    for (const entry of due) {
      const key = entry.subarray(8);
      // The index is exact. The record is checked all the same, because a deletion follows.
      if (this.#expiryOf(key) === readUint64(entry, 0)) this.#env.entities.removeSync(key);
      this.#env.expiry.removeSync(entry);
      this.#expiringEntities--;
    }
    return due.length;
  }

  /** Makes a commit that changes nothing. */
  #touch(): void {
    this.#preallocate([formatKey], [], 0);
    this.#env.meta.putSync(formatKey, this.#env.meta.get(formatKey) ?? nothing);
  }

  /** When the entity under the key expires, its checksum unchecked. */
  #expiryOf(key: Buffer): number | undefined {
    const record = this.#env.entities.getBinaryFast(key);
    try {
      return record && readInfo(record).expiresMs;
    } catch {
      return undefined;
    }
  }
}

/** Whether an error of a transaction means that it did not fit on the disk. */
export function saysFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'full' || fullCodes.has(code);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeUint64(bytes, 0, value);
  return bytes;
}

function expiryKey(expiresMs: number, key: Uint8Array): Buffer {
  const entry = Buffer.allocUnsafe(8 + key.length);
  entry.set(key, writeUint64(entry, 0, expiresMs));
  return entry;
}
