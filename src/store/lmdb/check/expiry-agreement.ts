/**
 * Whether the expiry index has exactly the entities that expire. Both are summed up in the order in
 * which they are met, which differs.
 */
import { crc32 } from 'node:zlib';
import { expiryEntryOf } from '../checkpoint/expiry-index.js';

export class ExpiryAgreement {
  readonly #ofEntities = new Sum();
  readonly #ofIndex = new Sum();

  addEntity(key: Buffer, expiresMs: number): void {
    this.#ofEntities.add(expiryEntryOf(expiresMs, key));
  }

  addIndexEntry(entry: Buffer): void {
    this.#ofIndex.add(entry);
  }

  /** Entities that expire. */
  get entities(): number {
    return this.#ofEntities.count;
  }

  /** The fault, in words. */
  get problem(): string | undefined {
    const [entities, index] = [this.#ofEntities, this.#ofIndex];
    if (entities.count !== index.count)
      return `${entities.count} entities expire, and the expiry index has ${index.count}`;
    return entities.sum === index.sum
      ? undefined
      : 'the expiry index has other entities than those that expire';
  }
}

/** Does not depend on the order. */
class Sum {
  count = 0;
  sum = 0;

  add(entry: Buffer): void {
    this.count++;
    this.sum = (this.sum + crc32(entry)) >>> 0;
  }
}
