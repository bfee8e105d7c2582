/**
 * A frame: the writes that became durable together, with one write of the journal. Each begins at a
 * multiple of 512 bytes, the unit that a disk writes whole. Little-endian.
 *
 *     [magic u32][crc of the rest of the header u32][crc of the entries u32][length u32]
 *     [epoch u64][sequence f64][version ceiling f64, 0: none][0 u64][entries …][padding …]
 *
 * The padding fills the last sector. It differs from frame to frame, so it shows whether that
 * sector was written, even if one byte of the entries is all that is in it.
 *
 * The epoch names one use of the journal, from the first write after a clean state to the next
 * clean close. Sequences rise by one from frame to frame of an epoch, from 1 on. So a frame that is
 * left of an earlier use of the file never passes for the next one.
 */
import { crc32 } from 'node:zlib';

const magic = 0x46_4a_4b_45;
export const frameHeaderBytes = 48;
export const sectorBytes = 512;

export interface Frame {
  readonly sequence: number;
  readonly ceiling: number | undefined;
  /** Where its entries begin and end. */
  readonly start: number;
  readonly end: number;
}

/** Bytes that a frame takes in its segment, with the space up to the next one. */
export function frameBytes(entryBytes: number): number {
  return Math.ceil((frameHeaderBytes + entryBytes) / sectorBytes) * sectorBytes;
}

/** Makes a frame of the entries that are in their place behind its header. */
export function writeFrame(
  memory: Buffer,
  at: number,
  epoch: bigint,
  { sequence, ceiling, end }: Omit<Frame, 'start'>,
): void {
  const start = at + frameHeaderBytes;
  memory.writeUInt32LE(magic, at);
  memory.writeUInt32LE(crc32(memory.subarray(start, end)), at + 8);
  memory.writeUInt32LE(end - start, at + 12);
  memory.writeBigUInt64LE(epoch, at + 16);
  memory.writeDoubleLE(sequence, at + 24);
  memory.writeDoubleLE(ceiling ?? 0, at + 32);
  memory.writeDoubleLE(0, at + 40);
  memory.writeUInt32LE(headerCrc(memory, at), at + 4);
  memory.fill(paddingOf(sequence), end, at + frameBytes(end - start));
}

/** Whether the padding of a frame is as it was written. */
export function isPaddingIntact(memory: Buffer, { sequence, start, end }: Frame): boolean {
  const padding = paddingOf(sequence);
  const behind = start - frameHeaderBytes + frameBytes(end - start);
  return memory.subarray(end, behind).every((byte) => byte === padding);
}

/** Never 0, as a sector that was not written yet. */
function paddingOf(sequence: number): number {
  return 1 + (sequence % 255);
}

/** The header of a frame of this epoch; undefined: there is none at this offset. */
export function readFrameHeader(memory: Buffer, at: number, epoch: bigint): Frame | undefined {
  if (at + frameHeaderBytes > memory.length || memory.readUInt32LE(at) !== magic) return undefined;
  if (memory.readUInt32LE(at + 4) !== headerCrc(memory, at)) return undefined;
  if (memory.readBigUInt64LE(at + 16) !== epoch) return undefined;
  const start = at + frameHeaderBytes;
  const end = start + memory.readUInt32LE(at + 12);
  if (end > memory.length) return undefined;
  const ceiling = memory.readDoubleLE(at + 32);
  return { sequence: memory.readDoubleLE(at + 24), ceiling: ceiling || undefined, start, end };
}

/** Whether the entries of a frame are as they were written. */
export function areEntriesIntact(memory: Buffer, { start, end }: Frame): boolean {
  return crc32(memory.subarray(start, end)) === storedEntriesCrc(memory, start);
}

export function storedEntriesCrc(memory: Buffer, start: number): number {
  return memory.readUInt32LE(start - frameHeaderBytes + 8);
}

/** A frame of this epoch, whole and unchanged; undefined: there is none at this offset. */
export function readFrame(memory: Buffer, at: number, epoch: bigint): Frame | undefined {
  const frame = readFrameHeader(memory, at, epoch);
  return frame && areEntriesIntact(memory, frame) ? frame : undefined;
}

function headerCrc(memory: Buffer, at: number): number {
  return crc32(memory.subarray(at + 8, at + frameHeaderBytes));
}
