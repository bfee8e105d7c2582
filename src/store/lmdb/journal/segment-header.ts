/**
 * The header of a segment, 4 KiB at the begin of its file. Little-endian.
 *
 *     [magic u32][crc of the rest u32][format u32][number u32][epoch u64][bytes of the file f64]
 */
import { constants } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openPlainFile, unusableFile } from '../file/plain-file.js';

export const segmentHeaderBytes = 4096;
const headerEnd = 32;
const magic = 0x53_4a_4b_45;
const format = 1;

export function segmentPath(directory: string, number: number): string {
  return join(directory, `journal-${number}`);
}

export interface SegmentHeader {
  readonly number: number;
  readonly epoch: bigint;
  readonly fileBytes: number;
}

export function segmentHeader({ number, epoch, fileBytes }: SegmentHeader): Buffer {
  const header = Buffer.alloc(segmentHeaderBytes);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(format, 8);
  header.writeUInt32LE(number, 12);
  header.writeBigUInt64LE(epoch, 16);
  header.writeDoubleLE(fileBytes, 24);
  header.writeUInt32LE(crc32(header.subarray(8, headerEnd)), 4);
  return header;
}

/** Undefined: there is none, or it is damaged. */
export function readSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < headerEnd || bytes.readUInt32LE(0) !== magic) return undefined;
  if (bytes.readUInt32LE(4) !== crc32(bytes.subarray(8, headerEnd))) return undefined;
  if (bytes.readUInt32LE(8) !== format) return undefined;
  return {
    number: bytes.readUInt32LE(12),
    epoch: bytes.readBigUInt64LE(16),
    fileBytes: bytes.readDoubleLE(24),
  };
}

/**
 * The size of the file as its header tells it; 0: there is none. A release with other bounds may
 * have written it.
 * @throws StoreError `unusable`
 */
export async function storedFileBytes(path: string): Promise<number> {
  try {
    const file = await openPlainFile(path, constants.O_RDONLY);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headerEnd), 0, headerEnd, 0);
      return readSegmentHeader(buffer.subarray(0, bytesRead))?.fileBytes ?? 0;
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw unusableFile(path, error);
  }
}
