/**
 * Stores entities that another store had, under the versions that they have. Rows of one bucket are
 * sent together: that takes a small part of the time that they would take one by one.
 */
import { pieceBytes } from '../../config/limits.js';
import type { Entity } from '../store.js';
import { bucketOf } from './bucket.js';
import { encodeCell, encodeManifestCell, type Head } from './cell.js';
import type { Chunks } from './chunks.js';
import type { Levels } from './levels.js';
import type { Requests, Values } from './requests.js';
import type { Statements } from './statements.js';
import { cellTtl, chunkTtl } from './time-to-live.js';
import type { VersionClock } from './version-clock.js';

export interface LoadingParts {
  readonly requests: Requests;
  readonly statements: Statements;
  readonly levels: Levels;
  readonly chunks: Chunks;
  readonly versions: VersionClock;
  readonly buckets: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A node takes a batch as one write. Larger ones hold up its other requests. */
const maxBatchRows = 500;
const maxBatchBytes = 128 * 1024;
const maxUnderWay = 32;

export class Loading {
  readonly #parts: LoadingParts;

  constructor(parts: LoadingParts) {
    this.#parts = parts;
  }

  /** @throws StoreError as the port says: some may be stored */
  async load(entities: readonly Entity[]): Promise<void> {
    const { requests, statements, levels, versions } = this.#parts;
    for (const { version } of entities) versions.raise(version);
    const batches = this.#batches(entities);
    const failures: unknown[] = [];
    const send = async (): Promise<void> => {
      for (const batch of batches)
        try {
          const rows: Values[] = [];
          for (const entity of batch) rows.push(await this.#row(entity));
          await requests.writeTogether(statements.put, rows, levels.quorum, false);
        } catch (error) {
          failures.push(error);
          return;
        }
    };
    // They share one iterator, so each batch is sent by one of them. It ends for all with a return.
    await Promise.all(Array.from({ length: maxUnderWay }, send));
    if (failures.length > 0) throw failures[0];
  }

  /** The entities of a bucket, in parts of a bounded size. */
  *#batches(entities: readonly Entity[]): Generator<readonly Entity[], void> {
    const byBucket = new Map<number, Entity[]>();
    for (const entity of entities) {
      const bucket = bucketOf(entity.key, this.#parts.buckets);
      const others = byBucket.get(bucket);
      if (others) others.push(entity);
      else byBucket.set(bucket, [entity]);
    }
    for (const all of byBucket.values()) {
      let batch: Entity[] = [];
      let bytes = 0;
      for (const entity of all) {
        const size = entity.value.length > pieceBytes ? 0 : entity.value.length;
        const isFull = batch.length === maxBatchRows || bytes + size > maxBatchBytes;
        if (isFull && batch.length > 0) {
          yield batch;
          batch = [];
          bytes = 0;
        }
        batch.push(entity);
        bytes += size;
      }
      yield batch;
    }
  }

  /** The values of its statement. Chunks of a large value are written first. */
  async #row({ key, value, version, expiresMs, fields }: Entity): Promise<Values> {
    const { buckets, now } = this.#parts;
    const head: Head = { key: Buffer.from(key), version, expiresMs, fields };
    // One that has expired hides older versions all the same.
    const ttlMs = expiresMs === undefined ? undefined : Math.max(1, expiresMs - Math.floor(now()));
    const cell =
      value.length > pieceBytes
        ? await this.#manifestCell(head, value, ttlMs)
        : encodeCell(head, [value]);
    return [BigInt(version), cellTtl(ttlMs), cell, bucketOf(key, buckets), head.key];
  }

  async #manifestCell(head: Head, value: Uint8Array, ttlMs: number | undefined): Promise<Buffer> {
    const { chunks, levels, versions } = this.#parts;
    const { key, version } = head;
    const set = { key, version, timestamp: versions.next() };
    const manifest = await chunks.write(set, [value], chunkTtl(ttlMs), levels.quorum, undefined);
    return encodeManifestCell(head, manifest);
  }
}
