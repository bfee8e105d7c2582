/**
 * A Store in one LMDB file. Reads are synchronous, from the cache or the memory map, unless they
 * would wait for the disk. Writes go through GroupCommit to the journal thread. One process at a
 * time may open a directory, and one store in it.
 */
import { type Limits, pieceBytes } from '../../config/limits.js';
import type { BackupOptions } from '../backup/start-backup.js';
import { checkKey } from '../checks.js';
import { fieldsEnd, fieldsStart, readRecord } from '../record.js';
import type { StatisticsSource } from '../statistics.js';
import {
  type Allowance,
  type Awaitable,
  type Capabilities,
  type DeletedRange,
  type DeleteResult,
  type Entity,
  type Operation,
  type PutOptions,
  type PutResult,
  type RangeOptions,
  type ReadOptions,
  type Result,
  type Store,
  StoreError,
  type WriteOptions,
} from '../store.js';
import type { Backups } from './backup/backups.js';
import { asBuffer } from './file/as-buffer.js';
import type { Environment } from './file/environment.js';
import type { Journal } from './journal/journal.js';
import { entityAt, type Found, type Memtable } from './memtable/memtable.js';
import type { ColdReads } from './read/cold-reads.js';
import { damagedFile } from './read/damaged-file.js';
import type { EntityCache } from './read/entity-cache.js';
import type { LargeReads } from './read/large-reads.js';
import { isLarge, lastValueBytes } from './read/large-records.js';
import { endOfKeys, type PageReader, readKeyPage, readPage } from './read/range-page.js';
import { spanOf } from './read/span.js';
import type { GroupCommit } from './write/group-commit.js';
import { deletePages } from './write/range-deletion.js';
import type { Sweeper } from './write/sweeper.js';
import { batchesOf, deleteOf, putOf, writesOf } from './writes-of.js';

export interface StoreParts {
  readonly statistics: StatisticsSource;
  readonly env: Environment;
  readonly cache: EntityCache;
  readonly coldReads: ColdReads;
  readonly largeReads: LargeReads;
  readonly limits: Limits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly memtable: Memtable;
  readonly journal: Journal;
  readonly commits: GroupCommit;
  readonly sweeper: Sweeper;
  readonly backups: Backups;
  /** Closes the writer, the file and all else. */
  readonly release: () => Promise<void>;
}

export class LmdbStore implements Store {
  readonly capabilities: Capabilities = {
    replicas: 1,
    conditions: true,
    atomicBatches: true,
    existed: true,
    freshPages: true,
    maxExpiresMs: undefined,
  };
  readonly statistics: StatisticsSource;
  readonly #parts: StoreParts;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.statistics = parts.statistics;
  }

  get failure(): StoreError | undefined {
    return this.#parts.commits.failure;
  }

  get(
    key: Uint8Array,
    _options?: ReadOptions,
    allowance?: Allowance,
  ): Awaitable<Entity | undefined> {
    this.#mustBeOpen();
    checkKey(key);
    const { cache, coldReads } = this.#parts;
    return (
      cache.get(key) ??
      (coldReads.isCold()
        ? this.#getCold(key, allowance)
        : this.#reading(() => this.#read(key, allowance)))
    );
  }

  put(
    key: Uint8Array,
    value: readonly Uint8Array[],
    options: PutOptions = {},
    allowance?: Allowance,
  ): Promise<PutResult> {
    // An async function would make another promise for each write.
    try {
      this.#mustBeOpen();
      const { commits, now } = this.#parts;
      return commits.write(putOf(key, value, options, now), allowance);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  delete(key: Uint8Array, options: WriteOptions = {}): Promise<DeleteResult> {
    try {
      this.#mustBeOpen();
      return this.#parts.commits.write(deleteOf(key, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async commitAll(
    operations: readonly Operation[],
    allowance?: Allowance,
  ): Promise<readonly Result[]> {
    this.#mustBeOpen();
    const { commits, now } = this.#parts;
    return commits.writeAll(writesOf(operations, now), allowance);
  }

  range(options: RangeOptions, allowance?: Allowance): AsyncGenerator<Entity[]> {
    return this.#pages(readPage, (key) => this.#read(key, allowance), options, allowance);
  }

  keys(options: RangeOptions, allowance?: Allowance): AsyncGenerator<Uint8Array[]> {
    return this.#keys(readKeyPage, options, allowance);
  }

  deleteRange(range: DeletedRange, allowance?: Allowance): Promise<number> {
    const pagesOf = (maxKeys: () => number) => {
      let end: Buffer | undefined;
      const read: PageReader<Buffer> = (source, span, bounds, nowMs) => {
        // Keys that a writer goes on adding at the end must not keep this from ending.
        end ??= endOfKeys(source, span);
        return readKeyPage(source, { ...span, high: end }, { ...bounds, limit: maxKeys() }, nowMs);
      };
      return this.#keys(read, range, allowance);
    };
    return deletePages(pagesOf, (key) => this.delete(key));
  }

  async load(entities: readonly Entity[]): Promise<void> {
    let before: Promise<void> | undefined;
    for (const batch of batchesOf(entities)) {
      this.#mustBeOpen();
      // One is made ready while the other is on its way to the disk.
      const loading = this.#parts.commits.load(batch);
      loading.catch(() => {});
      await before;
      before = loading;
    }
    await before;
  }

  backup(options?: BackupOptions): Promise<AsyncGenerator<Uint8Array>> {
    const { backups, journal } = this.#parts;
    return backups.start(journal, options);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #getCold(key: Uint8Array, allowance?: Allowance): Promise<Entity | undefined> {
    // The caller may change its array while this waits.
    const kept = Buffer.from(key);
    await this.#parts.coldReads.prefetch(kept);
    this.#mustBeOpen();
    return this.#reading(() => this.#read(kept, allowance));
  }

  #read(key: Uint8Array, allowance?: Allowance): Awaitable<Entity | undefined> {
    const { env, cache, memtable, now } = this.#parts;
    const found = memtable.find(key);
    if (found) return this.#readNewest(found, key, allowance);
    // A buffer that lmdb uses again, or a part of the memory map.
    const stored = env.entities.getBinaryFast(asBuffer(key));
    if (stored === undefined) return undefined;
    const record = asBuffer(stored);
    if (isLarge(record)) return this.#readLarge(key, lastValueBytes(env.entities), allowance);
    const entity = readRecord(key, record, now, true);
    if (entity) cache.set(entity, record, fieldsStart, fieldsEnd(record));
    return entity;
  }

  #readNewest(found: Found, key: Uint8Array, allowance?: Allowance): Awaitable<Entity | undefined> {
    const { cache, now } = this.#parts;
    const large = found.layer.largeValue(found.place);
    if (large) return this.#readLarge(key, large.length, allowance);
    const entity = entityAt(found, key, now);
    const record = found.layer.entries.record(found.place);
    if (entity && record) cache.set(entity, record, fieldsStart, fieldsEnd(record));
    return entity;
  }

  /** Reads the large value that was found just now. @param bytes a bound on its size */
  async #readLarge(
    key: Uint8Array,
    bytes: number,
    allowance?: Allowance,
  ): Promise<Entity | undefined> {
    const { memtable, largeReads, now } = this.#parts;
    // The caller may change its array while this waits.
    const kept = Uint8Array.from(key);
    await allowance?.take(bytes);
    // Nothing is read for a client that is gone.
    await allowance?.slice();
    this.#mustBeOpen();
    const found = memtable.find(kept);
    const entity = found ? entityAt(found, kept, now) : await largeReads.read(kept, now());
    // A write may have replaced it since.
    const valueBytes = entity?.value.length ?? 0;
    const held = valueBytes > pieceBytes ? valueBytes : 0;
    if (held > bytes) await allowance?.take(held - bytes);
    else allowance?.give(bytes - held);
    return entity;
  }

  #keys(
    read: PageReader<Buffer>,
    options: RangeOptions,
    allowance: Allowance | undefined,
  ): AsyncGenerator<Buffer[]> {
    const { largeReads, memtable, now } = this.#parts;
    const unlessExpired = async (key: Buffer) => {
      const found = memtable.find(key);
      if (found) return entityAt(found, key, now) && key;
      return (await largeReads.hasExpired(key, now())) ? undefined : key;
    };
    return this.#pages(read, unlessExpired, options, allowance);
  }

  /**
   * The pages of a range. A large entity is a page by itself.
   * @param readLarge the item of a large entity; undefined if it is absent
   */
  async *#pages<Item>(
    read: PageReader<Item>,
    readLarge: (key: Buffer) => Awaitable<Item | undefined>,
    options: RangeOptions,
    allowance: Allowance | undefined,
  ): AsyncGenerator<Item[]> {
    let span = spanOf(options);
    const { env, memtable, limits, now } = this.#parts;
    const source = { ...env, memtable };
    for (let { limit = Number.POSITIVE_INFINITY } = options; limit > 0; ) {
      const { rangePageMs } = limits;
      const maxMs = allowance ? Math.min(await allowance.slice(), rangePageMs) : rangePageMs;
      this.#mustBeOpen();
      const bounds = { ...limits, limit, maxMs };
      const { items, last, isLarge } = this.#reading(() => read(source, span, bounds, now()));
      const large = last && isLarge ? await this.#reading(() => readLarge(last)) : undefined;
      const page = large === undefined ? items : [large];
      yield page;
      if (last === undefined) return;
      limit -= page.length;
      span = { ...span, after: last };
    }
  }

  /** Runs a read. An error of LMDB means damage, like a record that fails its checksum. */
  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof StoreError || error instanceof RangeError) throw error;
      // A transaction of LMDB that met an error can't be used again.
      this.#parts.env.root.resetReadTxn();
      throw damagedFile(error as Error);
    }
  }

  async #close(): Promise<void> {
    this.#parts.coldReads.close();
    await this.#parts.backups.close();
    await this.#parts.commits.settled();
    await this.#parts.sweeper.stop();
    await this.#parts.largeReads.close();
    await this.#parts.release();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new StoreError('closed', 'the store is closed');
  }
}
