/**
 * Values that are large are kept in parts, because a cell of many megabytes stalls a node. The
 * chunks are written first, under the version of the write. Then comes the manifest, in the place
 * of the record, under the same version. A reader asks for the chunks of exactly that version, so
 * it never mixes two writes. Chunks never change: one that any replica has is right.
 */
import { crc32 } from 'node:zlib';
import { readUint64, writeUint64 } from '../record.js';
import { type Allowance, StoreError } from '../store.js';
import { ofPart } from './errors.js';
import type { Level } from './levels.js';
import type { Requests } from './requests.js';
import type { Statements } from './statements.js';

export const chunkBytes = 512 * 1024;
const maxUnderWay = 4;

/** The value of a manifest's record. */
export interface Manifest {
  readonly bytes: number;
  readonly crc: number;
}

/** A cell that begins so is a manifest: its record follows. No format of a record is 0x80. */
export const manifestMark = 0x80;
const manifestBytes = 12;

export function encodeManifest({ bytes, crc }: Manifest): Buffer {
  const encoded = Buffer.alloc(manifestBytes);
  encoded.writeUInt32BE(crc, writeUint64(encoded, 0, bytes));
  return encoded;
}

/** @throws StoreError `damaged` */
export function decodeManifest(encoded: Uint8Array): Manifest {
  const bytes = Buffer.from(encoded);
  if (bytes.length !== manifestBytes) throw damaged();
  return { bytes: readUint64(bytes, 0), crc: bytes.readUInt32BE(8) };
}

export interface ChunkSet {
  readonly key: Buffer;
  readonly version: number;
}

export interface NewChunkSet extends ChunkSet {
  /**
   * The timestamp of the cells. A sweeper that looks before the manifest is there removes what is
   * old: chunks of an old version must not look so. Default: the version.
   */
  readonly timestamp?: number;
}

export class Chunks {
  readonly #requests: Requests;
  readonly #statements: Statements;

  constructor(requests: Requests, statements: Statements) {
    this.#requests = requests;
    this.#statements = statements;
  }

  /**
   * Writes the value, in slices of time.
   * @param ttlSeconds 0: they stay
   * @throws StoreError: the entity is as it was
   */
  async write(
    { key, version, timestamp = version }: NewChunkSet,
    value: readonly Uint8Array[],
    ttlSeconds: number,
    level: Level,
    allowance: Allowance | undefined,
  ): Promise<Manifest> {
    const underWay = new Set<Promise<void>>();
    let bytes = 0;
    let crc = 0;
    let number = 0;
    try {
      for (const piece of chunksOf(value)) {
        await allowance?.slice();
        const data = Buffer.concat(piece);
        crc = crc32(data, crc);
        bytes += data.length;
        const values = [BigInt(timestamp), ttlSeconds, data, key, BigInt(version), number++];
        const writing = this.#requests.write(this.#statements.putChunk, values, level);
        underWay.add(writing);
        writing.then(
          () => underWay.delete(writing),
          () => {},
        );
        if (underWay.size >= maxUnderWay) await Promise.race(underWay);
      }
      await Promise.all(underWay);
    } catch (error) {
      throw ofPart(error);
    }
    return { bytes, crc };
  }

  /**
   * The value, or undefined if chunks are missing: a newer write has replaced them.
   * @throws StoreError `damaged`
   */
  async read(
    set: ChunkSet,
    { bytes, crc }: Manifest,
    levels: readonly Level[],
    allowance: Allowance | undefined,
  ): Promise<Buffer | undefined> {
    const count = Math.ceil(bytes / chunkBytes);
    const value = Buffer.allocUnsafeSlow(bytes);
    const underWay: Promise<Buffer | undefined>[] = [];
    let asked = 0;
    let found = 0;
    for (let number = 0; number < count; number++) {
      for (; asked < count && asked - number < maxUnderWay; asked++) {
        const reading = this.#readOne(set, asked, levels);
        // One that is not waited for, because another failed, fails in silence.
        reading.catch(() => {});
        underWay.push(reading);
      }
      const data = await underWay.shift();
      if (data === undefined) return undefined;
      if (data.length !== Math.min(chunkBytes, bytes - number * chunkBytes)) throw damaged();
      await allowance?.slice();
      value.set(data, number * chunkBytes);
      found = crc32(data, found);
    }
    if (found === crc) return value;
    throw damaged();
  }

  async #readOne(
    { key, version }: ChunkSet,
    number: number,
    levels: readonly Level[],
  ): Promise<Buffer | undefined> {
    for (const level of levels) {
      const values = [key, BigInt(version), number];
      const read = this.#requests.read<{ data: Buffer | null }>;
      const { rows } = await read.call(this.#requests, this.#statements.getChunk, values, level);
      if (rows[0]?.data) return rows[0].data;
    }
    return undefined;
  }
}

function damaged(): StoreError {
  return new StoreError(
    'damaged',
    'the stored value fails its checksum: its bytes changed on a disk. ' +
      'PUT or DELETE the key to replace it, and check the disks of the nodes',
  );
}

/** The bytes of the pieces, in pieces of chunks. */
function* chunksOf(value: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let chunk: Uint8Array[] = [];
  let left = chunkBytes;
  for (const piece of value)
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + left);
      chunk.push(part);
      at += part.length;
      left -= part.length;
      if (left > 0) continue;
      yield chunk;
      chunk = [];
      left = chunkBytes;
    }
  if (chunk.length > 0) yield chunk;
}
