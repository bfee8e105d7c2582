/**
 * Writes a backup: takes entries in order of keys, and gives the pieces of the stream. Pieces are
 * short, also those of a large record, and each has memory of its own, so it can be handed over.
 */
import { createHash } from 'node:crypto';
import { pieceBytes } from '../../config/limits.js';
import {
  type BackupBegin,
  blockHeader,
  blockHeaderBytes,
  encodeBegin,
  encodeEnd,
  entryHeaderBytes,
  failureBlock,
  kinds,
  sharedBlockBytes,
  writeEntryHead,
} from './backup-format.js';

type Pieces = Iterable<Uint8Array<ArrayBuffer>>;

/** Most entries make no piece. */
export const none: Pieces = [];

export class BackupWriter {
  readonly #digest = createHash('sha256');
  /** The payload of the next block, behind space for its header. */
  #block = newBlock();
  #end = blockHeaderBytes;
  #number = 0;
  #entities = 0;
  #bytes = 0;
  #isWithinBlock = false;

  /** Whether a block may come next: all pieces of the last one were taken. */
  get isBetweenBlocks(): boolean {
    return !this.#isWithinBlock;
  }

  /** Entities that were added. */
  get entities(): number {
    return this.#entities;
  }

  begin(begin: BackupBegin): Pieces {
    return [this.#small(kinds.begin, encodeBegin(begin))];
  }

  /** Adds an entity. The pieces that it gives must be taken before the next one is added. */
  add(key: Buffer, record: Buffer): Pieces {
    const length = entryHeaderBytes + key.length + record.length;
    this.#entities++;
    this.#bytes += length;
    let full = none;
    if (this.#end + length > this.#block.length) {
      full = this.#flush();
      if (length > sharedBlockBytes) return this.#large(full, key, record);
    }
    const at = writeEntryHead(this.#block, this.#end, key, record.length);
    // lmdb's buffer may be longer than it says.
    record.copy(this.#block, at, 0, record.length);
    this.#end += length;
    return full;
  }

  /** Ends the backup. */
  end(versionCeiling: number): Pieces {
    const last = [...this.#flush()];
    const digest = this.#digest.digest();
    const end = { entities: this.#entities, bytes: this.#bytes, versionCeiling, digest };
    return [...last, this.#small(kinds.end, encodeEnd(end))];
  }

  /** Gives the backup up. Only between blocks. */
  fail(why: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(failureBlock(this.#number++, why));
  }

  #small(kind: typeof kinds.begin | typeof kinds.end, payload: Buffer) {
    return Uint8Array.from(
      Buffer.concat([blockHeader(kind, this.#number++, payload), payload]),
    ) as Uint8Array<ArrayBuffer>;
  }

  #flush(): Pieces {
    if (this.#end === blockHeaderBytes) return none;
    const block = this.#block.subarray(0, this.#end);
    const payload = block.subarray(blockHeaderBytes);
    this.#digest.update(payload);
    block.set(blockHeader(kinds.entries, this.#number++, payload));
    this.#block = newBlock();
    this.#end = blockHeaderBytes;
    return [block];
  }

  *#large(before: Pieces, key: Buffer, record: Buffer) {
    yield* before;
    this.#isWithinBlock = true;
    const head = Buffer.alloc(entryHeaderBytes + key.length);
    writeEntryHead(head, 0, key, record.length);
    this.#digest.update(head).update(record);
    const header = blockHeader(kinds.entries, this.#number++, head, record);
    yield Uint8Array.from(Buffer.concat([header, head])) as Uint8Array<ArrayBuffer>;
    for (let at = 0; at < record.length; at += pieceBytes)
      yield Uint8Array.from(record.subarray(at, at + pieceBytes)) as Uint8Array<ArrayBuffer>;
    this.#isWithinBlock = false;
  }
}

function newBlock(): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(blockHeaderBytes + sharedBlockBytes));
}
