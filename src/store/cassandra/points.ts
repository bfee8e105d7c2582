/** Reads and writes of one entity. */
import { pieceBytes } from '../../config/limits.js';
import type {
  Allowance,
  Awaitable,
  Entity,
  PutOptions,
  PutResult,
  WriteOptions,
} from '../store.js';
import { StoreError } from '../store.js';
import { bucketOf } from './bucket.js';
import {
  decodeCell,
  decodeManifestCell,
  encodeCell,
  encodeManifestCell,
  expiryOfCell,
  type Head,
  isManifest,
  versionOfCell,
} from './cell.js';
import type { ChunkSweeper } from './chunk-sweeper.js';
import type { Chunks } from './chunks.js';
import type { GatheredWrites } from './gathered-writes.js';
import type { Level, Levels } from './levels.js';
import type { Requests } from './requests.js';
import type { Statements } from './statements.js';
import { cellTtl, chunkTtl } from './time-to-live.js';
import type { VersionClock } from './version-clock.js';

export interface PointParts {
  readonly requests: Requests;
  readonly statements: Statements;
  readonly levels: Levels;
  readonly puts: GatheredWrites;
  readonly chunks: Chunks;
  readonly sweeper: ChunkSweeper;
  readonly versions: VersionClock;
  readonly buckets: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Times that a large value is replaced while it is read, until its reader gives up. */
const maxReplaced = 5;

export class Points {
  readonly #parts: PointParts;

  constructor(parts: PointParts) {
    this.#parts = parts;
  }

  async get(
    key: Buffer,
    level: Level,
    allowance: Allowance | undefined,
  ): Promise<Entity | undefined> {
    const { quorum } = this.#parts.levels;
    let asked = level;
    for (let replaced = 0; replaced < maxReplaced; replaced++) {
      const cell = await this.#cell(key, asked);
      if (!cell) return undefined;
      const entity = await this.entityOf(key, cell, asked, allowance);
      if (entity !== 'replaced') return entity;
      // A replica that missed the newer value would name the same chunks again.
      if (quorum.needed > level.needed) asked = quorum;
    }
    throw new StoreError(
      'replica-failed',
      `parts of the stored value are missing, ${maxReplaced} times in a row; ` +
        'read it with more replicas, or PUT it again',
    );
  }

  /** Whether the entity of a key is not there, or has expired. */
  async hasExpired(key: Buffer, level: Level): Promise<boolean> {
    const cell = await this.#cell(key, level);
    if (!cell) return true;
    const expiresMs = expiryOfCell(cell);
    return expiresMs !== undefined && expiresMs <= this.#parts.now();
  }

  /** The entity of a cell; `replaced`: its chunks are gone, because there is a newer one. */
  entityOf(
    key: Buffer,
    cell: Buffer,
    level: Level,
    allowance: Allowance | undefined,
  ): Awaitable<Entity | 'replaced' | undefined> {
    const { versions, now } = this.#parts;
    // That of an entity that has expired, too: a PUT that follows is to replace it.
    versions.raise(versionOfCell(cell));
    if (isManifest(cell)) return this.#largeEntityOf(key, cell, level, allowance);
    return decodeCell(key, cell, now);
  }

  async #largeEntityOf(
    key: Buffer,
    cell: Buffer,
    level: Level,
    allowance: Allowance | undefined,
  ): Promise<Entity | 'replaced' | undefined> {
    const { chunks, levels, now } = this.#parts;
    const large = decodeManifestCell(key, cell, now);
    if (!large) return undefined;
    const { head, manifest } = large;
    await allowance?.take(manifest.bytes);
    // Nothing is read for a client that is gone.
    await allowance?.slice();
    const set = { key, version: head.version };
    const higher = level.needed > levels.quorum.needed ? level : levels.quorum;
    const value = await chunks.read(set, manifest, [levels.one, higher], allowance);
    if (value) return { ...head, value };
    allowance?.give(manifest.bytes);
    return 'replaced';
  }

  /** @param version of this write: calls take effect in the order of their versions */
  async put(
    key: Buffer,
    value: readonly Uint8Array[],
    version: number,
    { ttlMs, fields, replicas }: PutOptions,
    allowance: Allowance | undefined,
  ): Promise<PutResult> {
    const { puts, levels, chunks, sweeper, now } = this.#parts;
    const expiresMs = ttlMs === undefined ? undefined : Math.ceil(now()) + ttlMs;
    const head: Head = { key, version, expiresMs, fields };
    const level = levels.ofWrite(replicas);
    let bytes = 0;
    for (const piece of value) bytes += piece.length;
    const isLarge = bytes > pieceBytes;
    const cell = isLarge
      ? encodeManifestCell(head, await chunks.write(head, value, chunkTtl(ttlMs), level, allowance))
      : encodeCell(head, value);
    const bucket = bucketOf(key, this.#parts.buckets);
    const values = [BigInt(version), cellTtl(ttlMs), cell, bucket, key];
    await puts.write(values, bucket, key.length + cell.length, level);
    if (isLarge) sweeper.replaced(key, version);
    return { version };
  }

  async delete(key: Buffer, version: number, { replicas }: WriteOptions): Promise<void> {
    const { requests, statements, levels, buckets } = this.#parts;
    const values = [BigInt(version), bucketOf(key, buckets), key];
    await requests.write(statements.remove, values, levels.ofWrite(replicas));
  }

  async #cell(key: Buffer, level: Level): Promise<Buffer | undefined> {
    const { requests, statements, buckets } = this.#parts;
    const place = [bucketOf(key, buckets), key];
    const read = await requests.read<{ record: Buffer | null }>(statements.get, place, level);
    return read.rows[0]?.record ?? undefined;
  }
}
