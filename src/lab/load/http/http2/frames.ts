/** The frames of HTTP/2 (RFC 9113, 4 and 6): cut out of what arrives, and made to be sent. */
import { ProtocolError } from '../protocol-error.js';

export const frameTypes = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const flags = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** By their codes (RFC 9113, 7). */
const errorNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

export const errorCodes = { none: 0, protocol: 1, cancel: 8 } as const;
export const errorName = (code: number): string => errorNames[code] ?? `error ${code}`;

/** A payload has at most so much, as long as nobody has said otherwise; we never do. */
export const maxPayloadBytes = 16_384;
const headBytes = 9;
const none = Buffer.alloc(0);

/** Takes a frame: its payload lies between two places, and is not kept after the call. */
export type OnFrame = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Buffer,
  from: number,
  to: number,
) => void;

export class FrameReader {
  readonly #onFrame: OnFrame;
  /** The beginning of a frame that is not whole. */
  #rest = none;
  #stopped = false;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Takes what arrived; the bytes are not kept after the call. @throws ProtocolError */
  feed(arrived: Buffer, length: number): void {
    const whole = this.#rest.length === 0;
    const bytes = whole ? arrived : Buffer.concat([this.#rest, arrived.subarray(0, length)]);
    const end = whole ? length : bytes.length;
    let at = 0;
    while (end - at >= headBytes && !this.#stopped) {
      const from = at + headBytes;
      const to = from + bytes.readUIntBE(at, 3);
      if (to - from > maxPayloadBytes)
        throw new ProtocolError('no HTTP/2 frame', bytes.toString('latin1', at, end));
      if (to > end) break;
      const streamId = bytes.readUInt32BE(at + 5) & 0x7fffffff;
      at = to;
      this.#onFrame(
        bytes[from - 6] as number,
        bytes[from - 5] as number,
        streamId,
        bytes,
        from,
        to,
      );
    }
    this.#rest = at === end ? none : Buffer.from(bytes.subarray(at, end));
  }

  /** Nobody takes frames any more. */
  stop(): void {
    this.#stopped = true;
  }
}

/** A frame as text of one byte per character. */
export function frame(type: number, flagBits: number, streamId: number, payload: string): string {
  return frameHead(type, flagBits, streamId, payload.length) + payload;
}

export function frameHead(type: number, flagBits: number, streamId: number, size: number): string {
  return String.fromCharCode(
    size >>> 16,
    (size >>> 8) & 0xff,
    size & 0xff,
    type,
    flagBits,
    streamId >>> 24,
    (streamId >>> 16) & 0xff,
    (streamId >>> 8) & 0xff,
    streamId & 0xff,
  );
}

export function uint32(value: number): string {
  const byte = (shift: number) => (value >>> shift) & 0xff;
  return String.fromCharCode(byte(24), byte(16), byte(8), byte(0));
}

/** @throws ProtocolError if the frame ends before */
export function uint32At(bytes: Buffer, at: number, end: number): number {
  if (at + 4 > end) throw new ProtocolError('a frame that is too short');
  return bytes.readUInt32BE(at);
}

/** The frames of a head: what does not fit into the first one continues in others. */
export function headFrames(streamId: number, block: string, isLast: boolean): string {
  const ends = isLast ? flags.endStream : 0;
  if (block.length <= maxPayloadBytes)
    return frame(frameTypes.headers, ends | flags.endHeaders, streamId, block);
  let frames = frame(frameTypes.headers, ends, streamId, block.slice(0, maxPayloadBytes));
  for (let at = maxPayloadBytes; at < block.length; at += maxPayloadBytes) {
    const piece = block.slice(at, at + maxPayloadBytes);
    const end = at + piece.length === block.length ? flags.endHeaders : 0;
    frames += frame(frameTypes.continuation, end, streamId, piece);
  }
  return frames;
}

/** Where the payload of DATA or HEADERS begins and ends without its padding. */
export function unpadded(bits: number, bytes: Buffer, from: number, to: number): [number, number] {
  if ((bits & flags.padded) === 0) return [from, to];
  const end = to - (from < to ? (bytes[from] as number) : 0);
  if (end <= from) throw new ProtocolError('a frame with more padding than content');
  return [from + 1, end];
}
