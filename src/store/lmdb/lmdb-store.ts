/**
 * A Store in one LMDB file. Reads are synchronous, from the cache or the memory map, unless they
 * would wait for the disk. Writes go through GroupCommit to the writer thread. One process at a
 * time may open a directory, and one store in it.
 */
import { type Limits, pieceBytes } from '../../config/limits.js';
import { fieldsEnd, fieldsStart, readRecord } from '../record.js';
import {
  type Allowance,
  type Awaitable,
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
import type { Environment } from './file/environment.js';
import type { ColdReads } from './read/cold-reads.js';
import { damagedFile } from './read/damaged-file.js';
import type { EntityCache } from './read/entity-cache.js';
import type { LargeReads } from './read/large-reads.js';
import { isLarge, lastValueBytes } from './read/large-records.js';
import type { GroupCommit } from './write/group-commit.js';
import type { Sweeper } from './write/sweeper.js';
import type { Writer } from './write/writer.js';
import { checkKey, deleteOf, putOf, writesOf } from './writes-of.js';

export interface StoreParts {
  readonly env: Environment;
  readonly cache: EntityCache;
  readonly coldReads: ColdReads;
  readonly largeReads: LargeReads;
  readonly limits: Limits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly writer: Writer;
  readonly commits: GroupCommit;
  readonly sweeper: Sweeper;
  /** Closes the writer, the file and all else. */
  readonly release: () => Promise<void>;
}

export class LmdbStore implements Store {
  readonly capabilities = { replicas: 1, conditions: true, atomicBatches: true };
  readonly #parts: StoreParts;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  get failure(): StoreError | undefined {
    return this.#parts.commits.failure ?? this.#parts.writer.failure;
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

  async put(
    key: Uint8Array,
    value: readonly Uint8Array[],
    options: PutOptions = {},
    allowance?: Allowance,
  ): Promise<PutResult> {
    this.#mustBeOpen();
    const { commits, now } = this.#parts;
    return commits.write(putOf(key, value, options, now), allowance);
  }

  async delete(key: Uint8Array, options: WriteOptions = {}): Promise<DeleteResult> {
    this.#mustBeOpen();
    return this.#parts.commits.write(deleteOf(key, options));
  }

  async commitAll(
    operations: readonly Operation[],
    allowance?: Allowance,
  ): Promise<readonly Result[]> {
    this.#mustBeOpen();
    const { commits, now } = this.#parts;
    return commits.writeAll(writesOf(operations, now), allowance);
  }

  async *range(
    { start, end, limit = Number.POSITIVE_INFINITY }: RangeOptions,
    allowance?: Allowance,
  ): AsyncGenerator<Entity[]> {
    checkKey(start);
    if (end !== undefined) checkKey(end);
    let left = limit;
    let from = asBuffer(start);
    let exclusiveStart = false;
    while (left > 0) {
      const { rangePageMs } = this.#parts.limits;
      const maxMs = allowance ? Math.min(await allowance.slice(), rangePageMs) : rangePageMs;
      this.#mustBeOpen();
      const {
        page,
        last,
        isLarge: lastIsLarge,
      } = this.#reading(() => this.#readPage(from, exclusiveStart, end, left, maxMs));
      if (lastIsLarge && last) {
        const entity = await this.#reading(() => this.#read(last, allowance));
        if (entity) page.push(entity);
      }
      yield page;
      if (last === undefined) return;
      left -= page.length;
      from = last;
      exclusiveStart = true;
    }
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
    const { env, cache, now } = this.#parts;
    // A buffer that lmdb uses again, or a part of the memory map.
    const found = env.entities.getBinaryFast(asBuffer(key));
    if (found === undefined) return undefined;
    const record = asBuffer(found);
    if (isLarge(record)) return this.#readLarge(key, allowance);
    const entity = readRecord(key, record, now, true);
    if (entity) cache.set(entity, record, fieldsStart, fieldsEnd(record));
    return entity;
  }

  /** Reads the large value that was found just now. */
  async #readLarge(key: Uint8Array, allowance?: Allowance): Promise<Entity | undefined> {
    const { env, largeReads, now } = this.#parts;
    const bytes = lastValueBytes(env.entities);
    // The caller may change its array while this waits.
    const kept = Uint8Array.from(key);
    await allowance?.take(bytes);
    // Nothing is read for a client that is gone.
    await allowance?.slice();
    this.#mustBeOpen();
    const entity = await largeReads.read(kept, now());
    // A write may have replaced it since.
    const valueBytes = entity?.value.length ?? 0;
    const held = valueBytes > pieceBytes ? valueBytes : 0;
    if (held > bytes) await allowance?.take(held - bytes);
    else allowance?.give(bytes - held);
    return entity;
  }

  /**
   * Reads one page, for at most `maxMs`. The cursor lives no longer than this call, so a slow
   * reader pins nothing.
   * @returns the page, and the key to go on after; undefined at the end. If that one is large, the
   *   page is empty, and it is still to be read.
   */
  #readPage(
    start: Buffer,
    exclusiveStart: boolean,
    end: Uint8Array | undefined,
    limit: number,
    maxMs: number,
  ): { page: Entity[]; last: Buffer | undefined; isLarge: boolean } {
    const { rangePageEntities, rangePageBytes } = this.#parts.limits;
    const page: Entity[] = [];
    const nowMs = this.#parts.now();
    const now = () => nowMs;
    const range =
      end === undefined ? { start, exclusiveStart } : { start, exclusiveStart, end: asBuffer(end) };
    const endMs = performance.now() + maxMs;
    let last: Buffer | undefined;
    let bytes = 0;
    let read = 0;
    for (const { key, value: record } of this.#parts.env.entities.getRange(range)) {
      if (isLarge(record))
        return last ? { page, last, isLarge: false } : { page, last: key, isLarge: true };
      const entity = readRecord(key, record, now);
      if (entity) page.push(entity);
      bytes += key.length + record.length;
      read++;
      const isFull = bytes >= rangePageBytes || read >= rangePageEntities || page.length >= limit;
      last = key;
      if (isFull || performance.now() >= endMs) return { page, last, isLarge: false };
    }
    return { page, last: undefined, isLarge: false };
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
    await this.#parts.commits.settled();
    await this.#parts.sweeper.stop();
    await this.#parts.largeReads.close();
    await this.#parts.release();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new StoreError('closed', 'the store is closed');
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
