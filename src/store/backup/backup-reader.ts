/**
 * Reads a backup and checks all of it: each block by its checksum, the order of blocks and keys,
 * each record by its own checksum, and at the end the counts and the SHA-256. Entries that it
 * yields are right. Only after the last block is it sure that none is missing.
 */
import { createHash } from 'node:crypto';
import { readRecord } from '../record.js';
import { textOfKey } from '../text-of-key.js';
import { BackupError } from './backup-error.js';
import {
  type BackupBegin,
  type BackupEnd,
  backupFormat,
  beginBytes,
  blockHeaderBytes,
  crcOf,
  decodeBegin,
  decodeEnd,
  type EntriesBlock,
  type Entry,
  endBytes,
  entryHeaderBytes,
  kinds,
  readBlockHeader,
} from './backup-format.js';
import { ByteSource } from './byte-source.js';

interface Block {
  readonly kind: number;
  readonly payload: Buffer;
  readonly offset: number;
}

export class BackupReader {
  readonly #source: ByteSource;
  readonly #isThorough: boolean;
  readonly #digest = createHash('sha256');
  #number = 0;
  #entities = 0;
  #bytes = 0;
  #lastKey: Buffer | undefined;
  /** Set before the first entries are yielded. */
  begin: BackupBegin | undefined;
  /** Set when the backup was read to its end, and is whole. */
  end: BackupEnd | undefined;

  /** @param options.isThorough false: only blocks and counts are checked */
  constructor(pieces: AsyncIterable<Uint8Array>, { isThorough = true } = {}) {
    this.#source = new ByteSource(pieces);
    this.#isThorough = isThorough;
  }

  /** The key of the last entity that is sure to be whole. */
  get lastKey(): Buffer | undefined {
    return this.#lastKey;
  }

  /**
   * The entries, a block at a time.
   * @throws BackupError
   */
  async *blocks(): AsyncGenerator<EntriesBlock> {
    try {
      this.begin = await this.#readBegin();
      for (;;) {
        const block = await this.#next();
        if (block.kind === kinds.entries) yield this.#entriesOf(block);
        else if (block.kind === kinds.end) {
          await this.#finish(block);
          return;
        } else throw damaged(block.offset, 'it begins a second time');
      }
    } finally {
      await this.#source.close();
    }
  }

  async #readBegin(): Promise<BackupBegin> {
    const { kind, payload, offset } = await this.#next();
    if (kind !== kinds.begin || payload.length < beginBytes)
      throw damaged(offset, 'its first block is not its begin');
    const { format, ...begin } = decodeBegin(payload);
    if (format === backupFormat) return begin;
    throw new BackupError(
      'not-a-backup',
      `it has the backup format ${format}, and this Evenkeel reads ${backupFormat}; ` +
        'use the release that made it',
    );
  }

  /** @throws BackupError also if the store gave the backup up */
  async #next(): Promise<Block> {
    const { offset } = this.#source;
    const bytes = await this.#source.take(blockHeaderBytes);
    if (bytes.length < blockHeaderBytes) throw this.#cutShort(offset, bytes);
    const header = readBlockHeader(bytes);
    if (header === undefined) {
      if (offset === 0) throw new BackupError('not-a-backup', 'it does not begin like a backup');
      throw damaged(offset, 'no block begins there');
    }
    const payload = await this.#source.take(header.bytes);
    if (payload.length < header.bytes) throw this.#cutShort(offset, bytes);
    if (crcOf(bytes, payload) !== header.crc) throw this.#damagedBlock(payload, offset);
    if (header.kind === kinds.failure) throw new BackupError('given-up', payload.toString());
    if (header.number !== this.#number)
      throw damaged(offset, `block ${header.number} is in the place of block ${this.#number}`);
    this.#number++;
    return { kind: header.kind, payload, offset };
  }

  /** The error for a block that fails its checksum. It may be one record that has changed. */
  #damagedBlock(payload: Buffer, offset: number): BackupError {
    for (let at = 0; at < payload.length; ) {
      const entry = entryAt(payload, at);
      if (entry === undefined) break;
      const place = offset + blockHeaderBytes + at;
      if (!isIntact(entry)) return damaged(place, 'the record fails its checksum', entry.key);
      at += entryHeaderBytes + entry.key.length + entry.record.length;
    }
    return damaged(offset, `block ${this.#number} fails its checksum`);
  }

  #cutShort(offset: number, found: Buffer): BackupError {
    if (offset === 0 && found.length < blockHeaderBytes)
      return new BackupError('not-a-backup', 'it is too short for a backup');
    return damaged(offset, 'it is cut short');
  }

  #entriesOf({ payload, offset }: Block): EntriesBlock {
    const entries: Entry[] = [];
    for (let at = 0; at < payload.length; ) {
      const entry = entryAt(payload, at);
      if (entry === undefined)
        throw damaged(offset, `an entry of block ${this.#number - 1} is cut`);
      if (this.#lastKey && Buffer.compare(entry.key, this.#lastKey) <= 0)
        throw damaged(offset, `keys of block ${this.#number - 1} are not in order`);
      if (this.#isThorough && !isIntact(entry))
        throw damaged(offset, 'a record fails its checksum');
      this.#lastKey = entry.key;
      entries.push(entry);
      at += entryHeaderBytes + entry.key.length + entry.record.length;
    }
    if (this.#isThorough) this.#digest.update(payload);
    this.#entities += entries.length;
    this.#bytes += payload.length;
    return { entries, bytes: payload.length };
  }

  async #finish({ payload, offset }: Block): Promise<void> {
    if (payload.length < endBytes) throw damaged(offset, 'its last block is cut');
    const end = decodeEnd(payload);
    if ((await this.#source.take(1)).length > 0)
      throw damaged(this.#source.offset - 1, 'there is more behind its end');
    const counts = [this.#entities, this.begin?.entities];
    if (counts.some((count) => count !== end.entities) || end.bytes !== this.#bytes)
      throw damaged(offset, `it counts ${end.entities} entities, and has ${this.#entities}`);
    if (this.#isThorough && !this.#digest.digest().equals(end.digest))
      throw damaged(offset, 'its SHA-256 is wrong');
    this.end = end;
  }
}

/** The entry at an offset; undefined: it does not end within the bytes. */
function entryAt(payload: Buffer, at: number): Entry | undefined {
  const keyStart = at + entryHeaderBytes;
  if (keyStart > payload.length) return undefined;
  const keyEnd = keyStart + payload.readUInt16LE(at);
  const end = keyEnd + payload.readUInt32LE(at + 2);
  if (end > payload.length) return undefined;
  return { key: payload.subarray(keyStart, keyEnd), record: payload.subarray(keyEnd, end) };
}

function isIntact({ key, record }: Entry): boolean {
  try {
    readRecord(key, record, () => 0);
    return true;
  } catch {
    return false;
  }
}

function damaged(offset: number, what: string, key?: Buffer): BackupError {
  const where = key ? `, in the key ${textOfKey(key)}` : '';
  return new BackupError('damaged', `it is damaged at offset ${offset}${where}: ${what}`, {
    offset,
    key,
    what,
  });
}
