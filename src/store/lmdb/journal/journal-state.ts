/**
 * The state of the journal, in the data file while it is in use: one value of the meta database.
 * LMDB has no checksums. A flipped byte in it could hide acknowledged frames, so it has one.
 * Big-endian.
 *
 *     [clean format u32][epoch u64][checkpointed u64][crc32 of all before u32]
 */
import { crc32 } from 'node:zlib';
import { readUint64, writeUint64 } from '../../record.js';

const crcAt = 20;
const stateBytes = crcAt + 4;

export interface JournalState {
  /** The format of the directory, given back by a clean close. */
  readonly cleanFormat: number;
  /** The epoch of the frames. */
  readonly epoch: bigint;
  /** The last frame whose entries are in the data file. */
  readonly checkpointed: number;
}

export function encodeJournalState({ cleanFormat, epoch, checkpointed }: JournalState): Buffer {
  const bytes = Buffer.alloc(stateBytes);
  bytes.writeUInt32BE(cleanFormat, 0);
  bytes.writeBigUInt64BE(epoch, 4);
  writeUint64(bytes, 12, checkpointed);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, crcAt)), crcAt);
  return bytes;
}

/** Undefined: the bytes have changed. */
export function decodeJournalState(bytes: Buffer): JournalState | undefined {
  if (bytes.length !== stateBytes) return undefined;
  if (bytes.readUInt32BE(crcAt) !== crc32(bytes.subarray(0, crcAt))) return undefined;
  return {
    cleanFormat: bytes.readUInt32BE(0),
    epoch: bytes.readBigUInt64BE(4),
    checkpointed: readUint64(bytes, 12),
  };
}
