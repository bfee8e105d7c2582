/**
 * The expiry index: which key expires when, in that order. Changes of it belong to the transaction
 * that changes the entity.
 */
import { readInfo, readUint64, writeUint64 } from '../../record.js';
import { databaseStats, type Environment } from '../file/environment.js';

const nothing = Buffer.alloc(0);

/** An entity that has expired. */
export interface Due {
  readonly key: Buffer;
  readonly expiresMs: number;
}

export class ExpiryIndex {
  readonly #env: Environment;
  /** Its entries. While there are none, a change reads no record. */
  count: number;

  constructor(env: Environment) {
    this.#env = env;
    this.count = databaseStats(env.expiry).entryCount;
  }

  add(key: Buffer, expiresMs: number): void {
    this.#env.expiry.putSync(expiryEntryOf(expiresMs, key), nothing);
    this.count++;
  }

  /** Takes out a key that is about to be replaced or removed. */
  forget(key: Buffer): void {
    if (this.count === 0) return;
    const expiresMs = this.expiryOf(key);
    if (expiresMs !== undefined) this.remove(key, expiresMs);
  }

  remove(key: Buffer, expiresMs: number): void {
    if (this.#env.expiry.removeSync(expiryEntryOf(expiresMs, key))) this.count--;
  }

  /** Up to `limit` keys that had expired by `nowMs`. */
  due(nowMs: number, limit: number): Due[] {
    const entries = this.#env.expiry.getKeys({ limit, end: expiryEntryOf(nowMs + 1, nothing) });
    return Array.from(entries, (entry) => {
      return { key: entry.subarray(8), expiresMs: readUint64(entry, 0) };
    });
  }

  /** When the entity under the key expires, its checksum unchecked. */
  expiryOf(key: Buffer): number | undefined {
    const record = this.#env.entities.getBinaryFast(key);
    try {
      return record && readInfo(record).expiresMs;
    } catch {
      return undefined;
    }
  }
}

/** The entry of a key that expires. */
export function expiryEntryOf(expiresMs: number, key: Uint8Array): Buffer {
  const entry = Buffer.allocUnsafe(8 + key.length);
  entry.set(key, writeUint64(entry, 0, expiresMs));
  return entry;
}
