/**
 * Removes chunks that no manifest names: of values that were replaced or deleted, and of writers
 * that ended half-way. A reader of the value before may still be at them, so they stay for a while.
 *
 * A large value that replaces another is told to the sweeper. All else is found by a walk over the
 * keys that have chunks, from time to time: to look at each PUT and DELETE would cost a read.
 */
import { bucketOf } from './bucket.js';
import { versionOfCell } from './cell.js';
import type { Levels } from './levels.js';
import type { Requests } from './requests.js';
import type { Statements } from './statements.js';

export interface SweeperParts {
  readonly requests: Requests;
  readonly statements: Statements;
  readonly levels: Levels;
  readonly buckets: number;
  /** Chunks stay so long after they were replaced, in ms: longer than a read of them takes. */
  readonly graceMs: number;
  /** A writer may take so long from its first chunk to its manifest, in ms. */
  readonly writerMs: number;
  /** From one walk to the next, in ms. */
  readonly intervalMs: number;
}

/** More replacements than these wait for the walk. */
const maxPending = 10_000;
const pageKeys = 100;

export class ChunkSweeper {
  readonly #parts: SweeperParts;
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<NodeJS.Timeout>();
  #walking: Promise<void> | undefined;
  #isStopped = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.walk().catch(() => {}), parts.intervalMs).unref();
  }

  /** A large value of this version is acknowledged: older chunks can go. */
  replaced(key: Buffer, version: number): void {
    if (this.#isStopped || this.#pending.size >= maxPending) return;
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      // A failure is left to the walk.
      void this.#removeOlder(key, version).catch(() => {});
    }, this.#parts.graceMs).unref();
    this.#pending.add(timer);
  }

  /** Looks at all keys that have chunks. @throws StoreError if the cluster does not respond */
  walk(): Promise<void> {
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = undefined;
    });
    return this.#walking;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const timer of this.#pending) clearTimeout(timer);
    await this.#walking?.catch(() => {});
  }

  async #walk(): Promise<void> {
    const { requests, statements, levels } = this.#parts;
    let pageState: string | undefined;
    do {
      const page = { fetchSize: pageKeys, pageState };
      const read = await requests.read<{ key: Buffer }>(statements.chunkKeys, [], levels.one, page);
      for (const { key } of read.rows) if (!this.#isStopped) await this.#sweep(key);
      ({ pageState } = read);
    } while (pageState !== undefined && !this.#isStopped);
  }

  async #sweep(key: Buffer): Promise<void> {
    const { statements, graceMs, writerMs } = this.#parts;
    const oldest = await this.#chunkVersion(statements.oldestChunk, key);
    if (oldest === undefined) return;
    const current = await this.#currentVersion(key);
    const agoUs = (ms: number) => (Date.now() - ms) * 1000;
    // A writer whose manifest may still come.
    const livingUs = agoUs(writerMs);
    if (current === undefined) {
      if (oldest < livingUs) await this.#removeOlder(key, livingUs);
      return;
    }
    // Chunks may be written later than their version says, if another store had them.
    if (oldest < current && current < agoUs(graceMs))
      await this.#removeDead(key, { after: -1, before: current, writtenUs: agoUs(0) });
    const newest = await this.#chunkVersion(statements.newestChunk, key);
    if (newest !== undefined && newest > current && newest < livingUs)
      await this.#removeDead(key, { after: current, before: livingUs, writtenUs: livingUs });
  }

  async #chunkVersion(statement: string, key: Buffer): Promise<number | undefined> {
    const { requests, levels } = this.#parts;
    const { rows } = await requests.read<{ version: bigint }>(statement, [key], levels.one);
    return rows[0] && Number(rows[0].version);
  }

  /**
   * The version of the entity; undefined: it is absent. All replicas are asked: a write that one
   * has acknowledged is not to lose its chunks. While a node is down, the walk waits for the next.
   */
  async #currentVersion(key: Buffer): Promise<number | undefined> {
    const { requests, statements, levels, buckets } = this.#parts;
    const place = [bucketOf(key, buckets), key];
    const read = await requests.read<{ record: Buffer | null }>(statements.get, place, levels.all);
    const cell = read.rows[0]?.record;
    return cell ? versionOfCell(cell) : undefined;
  }

  async #removeOlder(key: Buffer, version: number): Promise<void> {
    const { requests, statements, levels } = this.#parts;
    await requests.write(statements.removeChunks, [BigInt(version - 1), key], levels.quorum);
  }

  /**
   * Those between the versions, if they were written up to a time: they were replaced, or their
   * writers ended before their manifests.
   */
  async #removeDead(
    key: Buffer,
    { after, before, writtenUs }: { after: number; before: number; writtenUs: number },
  ): Promise<void> {
    const { requests, statements, levels } = this.#parts;
    const values = [BigInt(writtenUs), key, BigInt(after), BigInt(before)];
    await requests.write(statements.removeDeadChunks, values, levels.quorum);
  }
}
