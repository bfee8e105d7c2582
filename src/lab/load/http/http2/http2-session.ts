/**
 * One HTTP/2 connection from its opening to its end, by node:http2. It counts its streams, and says
 * why it ended. Opened once; the next one is another session.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { isIPv6, type Socket } from 'node:net';
import { type ConnectionOptions, describe, idleUs } from '../slot-connection.js';
import { http2Fault, openSocket, reasonOf } from '../target.js';
import { cannotSend, type Http2Request } from './http2-request.js';

/** The server never waits for a window to send content (RFC 9113, 5.2). */
const windowBytes = 2 ** 30;
const settings = {
  enablePush: false,
  initialWindowSize: windowBytes,
  maxHeaderListSize: 256 * 1024,
};
/** Node's own are lower: of fields in a head, of MB in one session, of frames that were wrong. */
const limits = {
  maxHeaderListPairs: 2000,
  maxSessionMemory: 1000,
  maxSessionInvalidFrames: 2 ** 32 - 1,
  maxSessionRejectedStreams: 2 ** 32 - 1,
};
/** Ids of streams end at 2^31, and only half of them are ours. */
const maxStreams = { ever: 2 ** 30 - 1, atOnce: 2 ** 32 - 1 };

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

export const errorName = (code: number): string => errorNames[code] ?? `error ${code}`;

/** Why it takes no more streams. Without a cause, the server ended it in order. */
export interface SessionEnd {
  readonly kind: 'connect' | 'read' | 'write';
  readonly cause: string | undefined;
}

export interface SessionEvents {
  /** The server's SETTINGS have come, for the first time or changed. */
  onSettings(): void;
  /** Once. Streams that it has may go on: each says itself how it ends. */
  onEnd(end: SessionEnd): void;
}

export class Http2Session {
  readonly #options: ConnectionOptions;
  readonly #events: SessionEvents;
  readonly #socket: Socket;
  #native: ClientHttp2Session | undefined;
  #goaway: { readonly code: number; readonly lastStreamId: number } | undefined;
  #streams = 0;
  #bytesRead = 0;
  #openedUs = 0;
  #over = false;
  /** Whether it has brought a response. */
  used = false;
  /** Streams that are not closed. */
  active = 0;
  /** As many may be open at once, by the server's SETTINGS; 0 before they have come. */
  maxStreams = 0;

  constructor(options: ConnectionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#socket = openSocket(options.target, undefined, () => this.#connected());
    this.#socket
      .on('error', (error) => this.#end(this.#native ? describe(error) : reasonOf(error), error))
      .on('end', () => this.#end(undefined))
      .on('close', () => this.#end(undefined));
  }

  /** Whether the server has said how many streams it takes, and it has not ended. */
  get open(): boolean {
    return this.maxStreams > 0 && !this.#over && this.#native?.closed === false;
  }

  /** Whether a stream more may be opened. */
  get hasPlace(): boolean {
    return this.open && this.active < this.maxStreams;
  }

  /** Whether the connection is gone, with all streams. After a graceful GOAWAY they go on. */
  get lost(): boolean {
    return this.#native === undefined || this.#native.destroyed;
  }

  /** Opens a stream, which counts until it is said to be closed. @throws ScriptError */
  request({ fields, content }: Http2Request): ClientHttp2Stream {
    try {
      const native = this.#native as ClientHttp2Session;
      const stream = native.request(fields, { endStream: content === undefined });
      this.active++;
      if (content) stream.end(content);
      if (++this.#streams === maxStreams.ever) this.#retire();
      return stream;
    } catch (error) {
      // Only what a script returned is not known to be right.
      throw cannotSend(`a request: ${(error as Error).message}`);
    }
  }

  /** A stream is closed. @param error its own, if it had one */
  closed(error: Error | undefined): void {
    if (this.lost) this.#end(error && describe(error));
    this.active--;
    if (this.#over && this.active === 0) this.#destroySoon();
  }

  /** Why a stream that it had got no response. */
  causeOf(error: Error | undefined): string {
    if (this.#goaway && this.#goaway.code !== 0) return goawayText(this.#goaway.code);
    if (error) return describe(error);
    return notWhole;
  }

  /** Whether the server has said that it never looked at the stream. */
  neverProcessed(streamId: number | undefined): boolean {
    if (this.#goaway === undefined || this.#goaway.code !== 0) return false;
    return streamId === undefined || streamId > this.#goaway.lastStreamId;
  }

  /** Bytes read since the last call. Over TLS, those inside of it. */
  takeBytes(): number {
    const bytes = this.#socket.bytesRead - this.#bytesRead;
    this.#bytesRead += bytes;
    return bytes;
  }

  destroy(): void {
    this.#over = true;
    this.maxStreams = 0;
    this.#native?.destroy();
    this.#socket.destroy();
  }

  #connected(): void {
    if (this.#over) return;
    const fault = http2Fault(this.#socket);
    if (fault !== undefined) {
      this.#end(fault);
      return;
    }
    const { host, port, tls } = this.#options.target;
    const url = `${tls ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const createConnection = () => this.#socket;
    const native = connect(url, { createConnection, settings, ...limits });
    this.#native = native;
    native
      .on('remoteSettings', ({ maxConcurrentStreams }) => {
        if (this.#over) return;
        if (this.maxStreams === 0) this.#openedUs = this.#options.now();
        this.maxStreams = maxConcurrentStreams ?? maxStreams.atOnce;
        this.#events.onSettings();
      })
      .on('goaway', (code, lastStreamId) => {
        this.#goaway = { code, lastStreamId };
        this.#end(code === 0 ? undefined : goawayText(code));
      })
      .on('error', (error) => this.#end(describe(error), error))
      .on('close', () => this.#end(undefined));
    native.setLocalWindowSize(windowBytes);
  }

  /** @param why undefined: the peer has closed, or said that it will */
  #end(why: string | undefined, error?: NodeJS.ErrnoException): void {
    if (this.#over) return;
    const { now } = this.#options;
    const opened = this.maxStreams > 0;
    this.#over = true;
    if (this.active === 0) this.#destroySoon();
    const cut = this.active > 0 && this.#goaway === undefined;
    const cause = why ?? (cut ? notWhole : undefined);
    if (!opened) {
      const text = cause ?? 'closed while connecting';
      this.#events.onEnd({ kind: 'connect', cause: this.#native ? `no HTTP/2: ${text}` : text });
    } else if (cause === undefined && !this.used && now() - this.#openedUs < idleUs) {
      this.#events.onEnd({ kind: 'connect', cause: 'closed before a response came' });
    } else {
      const kind = error?.syscall === 'write' ? 'write' : 'read';
      this.#events.onEnd({ kind, cause });
    }
  }

  /** It can't open more streams; those that it has go on. */
  #retire(): void {
    this.#over = true;
    this.#events.onEnd({ kind: 'read', cause: undefined });
  }

  /** Its last frames go out first. By itself, node:http2 waits for the peer to close. */
  #destroySoon(): void {
    setImmediate(() => {
      this.#native?.destroy();
      setImmediate(() => this.#socket.destroy());
    });
  }
}

const notWhole = 'closed before the response was whole';
const goawayText = (code: number) => `the server ended the connection (GOAWAY, ${errorName(code)})`;
