/** The SHA-256 of entities in order of keys, as a backup has it. */
import { createHash } from 'node:crypto';
import { entryHeaderBytes, writeEntryHead } from './backup-format.js';

/** One call of the hash is for so many bytes. */
const gatheredBytes = 64 * 1024;

export class EntriesDigest {
  readonly #hash = createHash('sha256');
  readonly #gathered = Buffer.alloc(gatheredBytes);
  #length = 0;
  entities = 0;
  /** With the headers of entries. */
  bytes = 0;

  add(key: Buffer, record: Buffer): void {
    const length = entryHeaderBytes + key.length + record.length;
    this.entities++;
    this.bytes += length;
    if (this.#length + length > gatheredBytes) this.#flush();
    if (length > gatheredBytes) {
      const head = Buffer.alloc(entryHeaderBytes + key.length);
      writeEntryHead(head, 0, key, record.length);
      this.#hash.update(head).update(record);
      return;
    }
    this.#gathered.set(record, writeEntryHead(this.#gathered, this.#length, key, record.length));
    this.#length += length;
  }

  /** The digest of all that was added. To be called once. */
  value(): Buffer {
    this.#flush();
    return this.#hash.digest();
  }

  #flush(): void {
    this.#hash.update(this.#gathered.subarray(0, this.#length));
    this.#length = 0;
  }
}
