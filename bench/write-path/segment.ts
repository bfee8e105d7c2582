/**
 * One half of the trial's journal: a file of fixed length whose blocks are on the disk before the first write, so that a synced write
 * changes no metadata of the file system. The same bytes lie in shared memory, from which readers and the checkpoint take them.
 *
 * A frame is one batch, at a multiple of 4 KiB, little-endian:
 *
 *     [magic u32][crc32 u32 of all that follows][length u32][0 u32][sequence f64][ceiling f64, 0: none][batch …]
 *
 * Sequences rise by one from frame to frame, so what is left of an earlier use of the file can't pass for its continuation.
 */
import {
  closeSync,
  constants,
  existsSync,
  fdatasync,
  openSync,
  readSync,
  write,
  writeFileSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';

const magic = 0x6c6e726a;
const headerBytes = 32;
const alignment = 4096;
const at = { magic: 0, crc: 4, length: 8, sequence: 16, ceiling: 24 };

/** How a frame gets onto the disk: written through a descriptor that syncs, or written and then synced. */
export type Sync = 'o_dsync' | 'fdatasync';

export interface Frame {
  readonly sequence: number;
  readonly ceiling: number;
  /** Where its batch lies in the memory. */
  readonly start: number;
  readonly end: number;
}

export class Segment {
  readonly memory: Buffer<SharedArrayBuffer>;
  readonly #fd: number;
  readonly #sync: Sync;
  #frames: Frame[] = [];
  #next = 0;

  constructor(path: string, bytes: number, sync: Sync) {
    this.memory = Buffer.from(new SharedArrayBuffer(bytes));
    this.#sync = sync;
    if (!existsSync(path)) writeFileSync(path, this.memory, { flush: true });
    this.#fd = openSync(path, constants.O_RDWR | (sync === 'o_dsync' ? constants.O_DSYNC : 0));
    readSync(this.#fd, this.memory, 0, bytes, 0);
    this.#findFrames();
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  fits(batchBytes: number): boolean {
    return this.#next + frameBytes(batchBytes) <= this.memory.length;
  }

  /** Resolves once the batch is on the disk. */
  async append(batch: ArrayBuffer, sequence: number, ceiling: number): Promise<Frame> {
    const from = this.#next;
    const { memory } = this;
    const start = from + headerBytes;
    const end = start + batch.byteLength;
    memory.writeUInt32LE(magic, from + at.magic);
    memory.writeUInt32LE(batch.byteLength, from + at.length);
    memory.writeUInt32LE(0, from + at.length + 4);
    memory.writeDoubleLE(sequence, from + at.sequence);
    memory.writeDoubleLE(ceiling, from + at.ceiling);
    memory.set(new Uint8Array(batch), start);
    memory.writeUInt32LE(crc32(memory.subarray(from + at.length, end)), from + at.crc);
    const length = frameBytes(batch.byteLength);
    await this.#write(from, length);
    this.#next += length;
    const frame = { sequence, ceiling, start, end };
    this.#frames.push(frame);
    return frame;
  }

  /** Forgets every frame: the tree has them all. */
  async clear(): Promise<void> {
    this.memory.fill(0, 0, alignment);
    this.#frames = [];
    this.#next = 0;
    await this.#write(0, alignment);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(from: number, length: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null) => (error ? reject(error) : resolve());
      write(this.#fd, this.memory, from, length, from, (error, written) => {
        if (error || written < length)
          settle(error ?? new Error(`only ${written} of ${length} bytes written`));
        else if (this.#sync === 'fdatasync') fdatasync(this.#fd, settle);
        else resolve();
      });
    });
  }

  #findFrames(): void {
    const { memory } = this;
    for (let from = 0; from + headerBytes <= memory.length; from = this.#next) {
      const length = memory.readUInt32LE(from + at.length);
      const start = from + headerBytes;
      const end = start + length;
      const sequence = memory.readDoubleLE(from + at.sequence);
      const last = this.#frames.at(-1);
      if (memory.readUInt32LE(from + at.magic) !== magic || end > memory.length) return;
      if (last && sequence !== last.sequence + 1) return;
      if (crc32(memory.subarray(from + at.length, end)) !== memory.readUInt32LE(from + at.crc)) return;
      this.#frames.push({ sequence, ceiling: memory.readDoubleLE(from + at.ceiling), start, end });
      this.#next = from + frameBytes(length);
    }
  }
}

function frameBytes(batchBytes: number): number {
  return Math.ceil((headerBytes + batchBytes) / alignment) * alignment;
}
