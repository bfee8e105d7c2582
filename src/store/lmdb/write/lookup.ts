/**
 * Looks up what is stored under a key, for the writes that have to know it. The memtable and LMDB
 * tell at once, but for a large value in LMDB: lmdb reads no part of a record, so the reader thread
 * reads it. The decision is made again when that is known. Each decision has a lookup of its own:
 * no frame is written between its attempts, so what was read of LMDB still holds.
 */
import type { Environment } from '../file/environment.js';
import type { Memtable } from '../memtable/memtable.js';
import type { ColdReads } from '../read/cold-reads.js';
import type { LargeReads } from '../read/large-reads.js';
import { isLeftOut } from '../read/large-records.js';
import { type Stored, storedIn } from './conditions.js';

export interface LookupParts {
  readonly memtable: Memtable;
  readonly env: Environment;
  readonly coldReads: ColdReads;
  readonly largeReads: LargeReads;
}

export class Lookup {
  readonly #parts: LookupParts;
  /** Read by the reader thread, by the key's bytes as latin1. */
  #large: Map<string, Stored | undefined> | undefined;
  #unknown: Map<string, Uint8Array> | undefined;

  constructor(parts: LookupParts) {
    this.#parts = parts;
  }

  /** Brings the records of LMDB into memory; undefined: they are there, as far as is known. */
  prefetch(keys: readonly Uint8Array[]): Promise<void> | undefined {
    const { coldReads } = this.#parts;
    return coldReads.isCold() ? coldReads.prefetchAll(keys) : undefined;
  }

  /** The stored entity. While it is not known, this is undefined, and {@link isIncomplete}. */
  readonly look = (key: Uint8Array): Stored | undefined => {
    const { memtable, env } = this.#parts;
    const found = memtable.find(key);
    if (found) {
      const head = found.layer.entries.record(found.place);
      return head && storedIn(head);
    }
    const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
    const record = env.entities.getBinaryFast(bytes) as Buffer | undefined;
    if (record === undefined) return undefined;
    if (!isLeftOut(record)) return storedIn(record);
    const name = bytes.toString('latin1');
    if (this.#large?.has(name)) return this.#large.get(name);
    this.#unknown ??= new Map();
    this.#unknown.set(name, Uint8Array.from(key));
    return undefined;
  };

  /** Whether look() did not know something. */
  get isIncomplete(): boolean {
    return this.#unknown !== undefined;
  }

  /**
   * Reads what look() did not know. The decision has to be made again.
   * @throws StoreError `overloaded` if the reader thread ended
   */
  async complete(): Promise<void> {
    const unknown = this.#unknown ?? [];
    this.#unknown = undefined;
    this.#large ??= new Map();
    for (const [name, key] of unknown)
      this.#large.set(name, await this.#parts.largeReads.stored(key));
  }
}
