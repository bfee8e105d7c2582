/**
 * A Store on an Apache Cassandra cluster. It keeps no state of its own, so several gateways may
 * serve one cluster. Cassandra decides between two writes by their versions alone.
 */
import type { Limits } from '../../config/limits.js';
import { checkKey, checkLoaded, checkTtl, checkValue } from '../checks.js';
import type { StatisticsSource } from '../statistics.js';
import {
  type Allowance,
  type Capabilities,
  type DeletedRange,
  type DeleteResult,
  type Entity,
  type PutOptions,
  type PutResult,
  type RangeOptions,
  type ReadOptions,
  type Result,
  type Store,
  StoreError,
  type WriteOptions,
} from '../store.js';
import type { ChunkSweeper } from './chunk-sweeper.js';
import type { Levels } from './levels.js';
import type { Loading } from './loading.js';
import type { Points } from './points.js';
import { type DeletionParts, deletePages } from './range-deletion.js';
import { type RangeParts, Ranges } from './ranges.js';
import type { StatusProbe } from './status-probe.js';
import { maxExpiresMs } from './time-to-live.js';
import type { Turns } from './turns.js';
import type { WritesUnderWay } from './writes-under-way.js';

export interface StoreParts extends DeletionParts, Omit<RangeParts, 'mustBeOpen'> {
  readonly replicationFactor: number;
  readonly limits: Limits;
  readonly levels: Levels;
  readonly points: Points;
  readonly loading: Loading;
  readonly sweeper: ChunkSweeper;
  readonly probe: StatusProbe;
  readonly writes: WritesUnderWay;
  readonly turns: Turns;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits for what is under way, and leaves the cluster. */
  readonly release: () => Promise<void>;
}

const noResult: DeleteResult = {};

export class CassandraStore implements Store {
  readonly capabilities: Capabilities;
  readonly statistics: StatisticsSource;
  readonly #parts: StoreParts;
  readonly #ranges: Ranges;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    const { writes, turns } = parts;
    this.statistics = {
      // Writes of many requests leave in one statement, or one in many.
      lastCommit: undefined,
      read: () => {
        const { running, waiting } = turns;
        return { queued: writes.queued, statements: { running, waiting } };
      },
    };
    this.#ranges = new Ranges({ ...parts, mustBeOpen: () => this.#mustBeOpen() });
    this.capabilities = {
      replicas: parts.replicationFactor,
      conditions: false,
      atomicBatches: false,
      existed: false,
      freshPages: false,
      maxExpiresMs,
    };
  }

  get failure(): StoreError | undefined {
    return this.#parts.probe.failure;
  }

  async get(
    key: Uint8Array,
    options: ReadOptions = {},
    allowance?: Allowance,
  ): Promise<Entity | undefined> {
    this.#mustBeOpen();
    checkKey(key);
    const { points, levels } = this.#parts;
    // The caller may change its array while this waits.
    return points.get(Buffer.from(key), levels.ofRead(options.replicas), allowance);
  }

  async put(
    key: Uint8Array,
    value: readonly Uint8Array[],
    options: PutOptions = {},
    allowance?: Allowance,
  ): Promise<PutResult> {
    this.#mustBeOpen();
    checkKey(key);
    checkValue(value);
    checkTtl(options.ttlMs);
    checkNoCondition(options);
    const { points, versions, writes, now } = this.#parts;
    if (options.ttlMs !== undefined) checkExpiry(now() + options.ttlMs);
    let bytes = key.length;
    for (const piece of value) bytes += piece.length;
    const kept = Buffer.from(key);
    return writes.run(bytes, () => points.put(kept, value, versions.next(), options, allowance));
  }

  async delete(key: Uint8Array, options: WriteOptions = {}): Promise<DeleteResult> {
    this.#mustBeOpen();
    checkKey(key);
    checkNoCondition(options);
    const { points, versions, writes } = this.#parts;
    const kept = Buffer.from(key);
    await writes.run(key.length, () => points.delete(kept, versions.next(), options));
    return noResult;
  }

  async commitAll(): Promise<readonly Result[]> {
    throw new TypeError('a store on Cassandra has no atomic batches');
  }

  range(options: RangeOptions, allowance?: Allowance): AsyncGenerator<Entity[]> {
    return this.#checked(options, () => this.#ranges.entities(options, allowance));
  }

  keys(options: RangeOptions, allowance?: Allowance): AsyncGenerator<Buffer[]> {
    return this.#checked(options, () => this.#ranges.keys(options, allowance));
  }

  async deleteRange(range: DeletedRange, allowance?: Allowance): Promise<number> {
    this.#mustBeOpen();
    const { writes } = this.#parts;
    const pages = this.keys(range, allowance);
    return writes.run(0, () => deletePages(pages, this.#parts));
  }

  async load(entities: readonly Entity[]): Promise<void> {
    this.#mustBeOpen();
    let bytes = 0;
    for (const entity of entities) {
      checkLoaded(entity);
      checkExpiry(entity.expiresMs);
      bytes += entity.key.length + entity.value.length;
    }
    const { loading, writes } = this.#parts;
    await writes.run(bytes, () => loading.load(entities));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async *#checked<Item>(
    { start, end, after }: RangeOptions,
    pages: () => AsyncGenerator<Item[]>,
  ): AsyncGenerator<Item[]> {
    for (const key of [start, end, after]) if (key !== undefined) checkKey(key);
    yield* pages();
  }

  async #close(): Promise<void> {
    const { writes, sweeper, probe, release } = this.#parts;
    probe.stop();
    await writes.settled();
    await sweeper.stop();
    await release();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new StoreError('closed', 'the store is closed');
  }
}

/** Cassandra decides conditions by a protocol of its own, which does not see plain writes. */
function checkNoCondition({ condition }: WriteOptions): void {
  if (condition !== undefined) throw new TypeError('a store on Cassandra keeps no conditions');
}

function checkExpiry(expiresMs: number | undefined): void {
  if (expiresMs !== undefined && expiresMs > maxExpiresMs)
    throw new TypeError(`an entity expires by ${new Date(maxExpiresMs).toISOString()} here`);
}
