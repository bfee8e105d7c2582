/**
 * Builds a data file of entries that come in order of keys: full pages, without gaps. It has a name
 * of its own until it takes the place of data.mdb, at once. A process that was killed leaves a file
 * that the next start of a server removes.
 *
 * As everywhere, LMDB must not meet a full disk (preallocation.ts): space is found before each
 * transaction, and the rest of it is given back at the end.
 */
import { fstatSync, fsyncSync, ftruncateSync } from 'node:fs';
import { link, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Entry } from '../../backup/backup-format.js';
import { isDescribed, readInfo, writeUint64 } from '../../record.js';
import { expiryEntryOf } from '../checkpoint/expiry-index.js';
import { syncNames } from './directory.js';
import {
  ceilingKey,
  type Environment,
  envStats,
  formatKey,
  formatWithFields,
  formatWithoutFields,
  openDatabases,
  openRootAt,
} from './environment.js';
import { makeEmptyFile, newFileName, removeNewFile } from './new-data-file.js';
import {
  type EnvStats,
  type PageNeed,
  Preallocation,
  pagesNeeded,
  reservePages,
} from './preallocation.js';

/** A transaction has no more entries, or bytes of them, but for a single one. */
const maxEntries = 4096;
const maxBytes = 8 * 1024 * 1024;
/** LMDB keeps so much with a record in a leaf, at most. */
const nodeBytes = 16;
/** A longer record has pages of its own. */
const maxInLeafBytes = 2048;
const pageHeaderBytes = 32;
const nothing = Buffer.alloc(0);

/**
 * The pages that a transaction can need that puts entries behind all others.
 * @param expiring how many of them expire
 */
export function pagesToAppend(
  stats: EnvStats,
  entries: readonly Entry[],
  expiring: number,
): PageNeed {
  let bytes = 0;
  for (const { key, record } of entries)
    bytes += nodeBytes + key.length + Math.min(record.length, maxInLeafBytes);
  // No node is larger than half a page, so each page that is full is half full at least. There are
  // no more branches than leaves.
  const leaves = Math.ceil((2 * bytes) / (stats.pageBytes - pageHeaderBytes)) + 1;
  const lengths = entries.map(({ record }) => record.length);
  const { runs, singles } = pagesNeeded(stats, expiring, lengths, 0);
  return { runs, singles: singles + 2 * (leaves + stats.depth) };
}

export class DataFileBuilder {
  /** Where the file is until it is put in its place. */
  readonly path: string;
  readonly #env: Environment;
  readonly #preallocation: Preallocation;
  #batch: Entry[] = [];
  #bytes = 0;
  #hasFields = false;
  #isClosed = false;

  private constructor(path: string) {
    this.path = path;
    this.#env = openDatabases(openRootAt(path));
    this.#preallocation = new Preallocation(path, () => []);
  }

  /**
   * @param target the path that the file is for
   * @throws the system's error, for example ENOSPC
   */
  static async begin(target: string): Promise<DataFileBuilder> {
    const path = newFileName(target);
    try {
      await makeEmptyFile(path);
      return new DataFileBuilder(path);
    } catch (error) {
      await removeNewFile(path);
      throw error;
    }
  }

  /** @throws StoreError `full` */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const bytes = entry.key.length + entry.record.length;
      if (this.#batch.length === maxEntries || this.#bytes + bytes > maxBytes) this.#commit();
      this.#batch.push(entry);
      this.#bytes += bytes;
    }
  }

  /**
   * Ends the file, and brings it to the disk.
   * @throws StoreError `full`
   */
  async finish(versionCeiling: number): Promise<void> {
    this.#commit();
    const { root, entities, expiry, meta } = this.#env;
    const format = this.#hasFields ? formatWithFields : formatWithoutFields;
    // The second commit makes both states of the file the same: see Transactions.seal().
    for (let commits = 0; commits < 2; commits++)
      root.transactionSync(() => {
        const stats = envStats(entities, expiry);
        this.#preallocation.ensure(stats, pagesNeeded(stats, 2, [], 0), true);
        meta.putSync(formatKey, uint64(format));
        if (versionCeiling > 0) meta.putSync(ceilingKey, uint64(versionCeiling));
      });
    const { usedPages, pageBytes } = envStats(entities, expiry);
    await root.close();
    const { file } = this.#preallocation;
    const bytes = (usedPages + reservePages) * pageBytes;
    if (fstatSync(file).size > bytes) ftruncateSync(file, bytes);
    fsyncSync(file);
    this.#close();
  }

  /**
   * Puts the file, which is finished, at the path. Durable when it resolves.
   * @param isReplacing whether a file may be there, whose place it takes at once
   * @throws the system's error: EEXIST if there is one
   */
  async place(target: string, isReplacing: boolean): Promise<void> {
    await (isReplacing ? rename : link)(this.path, target);
    await syncNames(dirname(target));
  }

  /** Gives up what was not put in its place. */
  async discard(): Promise<void> {
    if (!this.#isClosed) {
      await this.#env.root.close();
      this.#close();
    }
    await removeNewFile(this.path);
  }

  #close(): void {
    this.#isClosed = true;
    this.#preallocation.close();
  }

  #commit(): void {
    const { root, entities, expiry } = this.#env;
    root.transactionSync(() => {
      const expiring = this.#batch.map(({ record }) => readInfo(record).expiresMs);
      const stats = envStats(entities, expiry);
      const count = expiring.filter((expiresMs) => expiresMs !== undefined).length;
      this.#preallocation.ensure(stats, pagesToAppend(stats, this.#batch, count), true);
      for (const [at, { key, record }] of this.#batch.entries()) {
        const expiresMs = expiring[at];
        entities.putSync(key, record, { append: true });
        if (expiresMs !== undefined) expiry.putSync(expiryEntryOf(expiresMs, key), nothing);
        this.#hasFields ||= isDescribed(record);
      }
    });
    this.#batch = [];
    this.#bytes = 0;
  }
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeUint64(bytes, 0, value);
  return bytes;
}
