/** Preface and SETTINGS of both ends (RFC 9113, 3.4 and 6.5), and the leave for content to come. */
import { ProtocolError } from '../protocol-error.js';
import { frame, frameTypes, uint32, uint32At } from './frames.js';

const ids = {
  tableSize: 1,
  enablePush: 2,
  maxStreams: 3,
  initialWindow: 4,
  maxHeadBytes: 6,
} as const;

const maxWindow = 2 ** 31 - 1;
/** A window begins with so much, unless SETTINGS say otherwise. */
export const defaultWindow = 65_535;

/**
 * No server waits for leave to send content. No dynamic table: blocks of fields stand for
 * themselves.
 */
const ours = [
  [ids.tableSize, 0],
  [ids.enablePush, 0],
  [ids.initialWindow, maxWindow],
  [ids.maxHeadBytes, 256 * 1024],
] as const;

/** The first bytes of a connection. */
export const preface =
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' +
  frame(
    frameTypes.settings,
    0,
    0,
    ours.map(([id, value]) => `\0${String.fromCharCode(id)}${uint32(value)}`).join(''),
  ) +
  frame(frameTypes.windowUpdate, 0, 0, uint32(maxWindow - defaultWindow));

export class PeerSettings {
  /** Whether they have come. */
  known = false;
  /** Streams that may be open at once. */
  maxStreams = 2 ** 32 - 1;
  /** Content that may be sent on a stream before more leave is given. */
  initialWindow = defaultWindow;

  /** Takes the payload of SETTINGS. @throws ProtocolError */
  take(payload: Buffer): void {
    this.known = true;
    for (let at = 0; at < payload.length; at += 6) {
      const value = uint32At(payload, at + 2, payload.length);
      const id = payload.readUInt16BE(at);
      if (id === ids.maxStreams) this.maxStreams = value;
      if (id === ids.initialWindow) this.initialWindow = value;
    }
    if (this.initialWindow > maxWindow) throw new ProtocolError('a window that is too large');
  }
}

/** The leave that the server has to send content: it is renewed when half of it is used. */
export class ReceiveWindow {
  #taken = 0;

  /** Returns the frame to send, if any. @param streamId 0: of all streams together */
  take(streamId: number, bytes: number): string {
    this.#taken += bytes;
    if (this.#taken < maxWindow / 2) return '';
    const given = this.#taken;
    this.#taken = 0;
    return frame(frameTypes.windowUpdate, 0, streamId, uint32(given));
  }
}
