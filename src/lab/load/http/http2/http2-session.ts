/**
 * One HTTP/2 connection from its opening to its end (RFC 9113): frames of all streams go through
 * it. Opened once; the next one is another session.
 */
import type { Socket } from 'node:net';
import { ProtocolError } from '../protocol-error.js';
import { type ConnectionOptions, describe, idleUs } from '../slot-connection.js';
import { http2Fault, openSocket, reasonOf } from '../target.js';
import {
  errorCodes,
  errorName,
  FrameReader,
  flags,
  frame,
  frameTypes,
  uint32,
  uint32At,
  unpadded,
} from './frames.js';
import { type Block, HeadPieces } from './head-pieces.js';
import type { Http2Request } from './http2-request.js';
import { Http2Stream, type StreamEnd, type StreamOwner } from './http2-stream.js';
import { PeerSettings, preface, ReceiveWindow } from './negotiation.js';
import { Uploads } from './uploads.js';

/** Why it takes no more streams. Without a cause, the server ended it in order. */
export interface SessionEnd {
  readonly kind: 'connect' | 'read' | 'write';
  readonly cause: string | undefined;
}

export interface SessionEvents {
  /** The server's SETTINGS have come, for the first time or changed. */
  onSettings(): void;
  onBytes(count: number): void;
  /** Once. Streams that it has may go on: each says itself how it ends. */
  onEnd(end: SessionEnd): void;
}

/** Ids of streams are odd, and end at 2^31. */
const maxStreamId = 2 ** 31 - 1;
const notWhole = 'closed before the response was whole';

export class Http2Session {
  readonly #options: ConnectionOptions;
  readonly #events: SessionEvents;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #streams = new Map<number, Http2Stream>();
  readonly #uploads: Uploads;
  readonly #peer = new PeerSettings();
  readonly #window = new ReceiveWindow();
  #nextId = 1;
  readonly #heads = new HeadPieces();
  #connected = false;
  #openedUs = 0;
  #over = false;
  #used = false;

  constructor(options: ConnectionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#reader = new FrameReader((...given) => this.#onFrame(...given));
    this.#socket = openSocket(
      options.target,
      (bytes, length) => this.#received(bytes, length),
      () => this.#begin(),
    );
    this.#uploads = new Uploads(this.#socket, (stream) => {
      if (stream.answered) this.#close(stream, { kind: 'answered', late: true });
    });
    this.#socket
      .on('error', (error) =>
        this.#break(this.#connected ? describe(error) : reasonOf(error), error),
      )
      .on('end', () => this.#break())
      .on('close', () => this.#break());
  }

  /** Whether the server has said how many streams it takes, and it has not ended. */
  get open(): boolean {
    return this.#peer.known && !this.#over;
  }

  /** Whether a stream more may be opened. */
  get hasPlace(): boolean {
    return this.open && this.#streams.size < this.#peer.maxStreams;
  }

  /** Streams that are not closed. */
  get active(): number {
    return this.#streams.size;
  }

  /** Opens a stream. */
  request(request: Http2Request, owner: StreamOwner): void {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new Http2Stream(id, owner, request, this.#peer.initialWindow, this.#options);
    this.#streams.set(id, stream);
    this.#uploads.begin(stream, request);
    if (this.#nextId > maxStreamId) this.#end(undefined);
  }

  /** For good, and without a word to the streams. */
  destroy(): void {
    this.#over = true;
    this.#streams.clear();
    this.#reader.stop();
    this.#socket.destroy();
  }

  #begin(): void {
    if (this.#over) return;
    const fault = http2Fault(this.#socket);
    if (fault === undefined) this.#socket.write(preface, 'latin1');
    else this.#break(fault);
    this.#connected = fault === undefined;
  }

  #received(bytes: Buffer, length: number): void {
    this.#events.onBytes(length);
    try {
      this.#reader.feed(bytes, length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#uploads.write(frame(frameTypes.goaway, 0, 0, uint32(0) + uint32(errorCodes.protocol)));
      this.#break(error.message);
    }
  }

  #onFrame(type: number, bits: number, id: number, bytes: Buffer, from: number, to: number): void {
    if (this.#heads.begun && type !== frameTypes.continuation)
      throw new ProtocolError('a frame within a head');
    if (!this.#peer.known && type !== frameTypes.settings)
      throw new ProtocolError('frames before SETTINGS');
    switch (type) {
      case frameTypes.data:
        this.#onContent(id, bits, bytes, from, to);
        break;
      case frameTypes.headers:
        this.#onBlock(this.#heads.begin(id, bits, bytes, from, to));
        break;
      case frameTypes.continuation:
        this.#onBlock(this.#heads.add(id, bits, bytes, from, to));
        break;
      case frameTypes.rstStream:
        this.#onReset(id, uint32At(bytes, from, to));
        break;
      case frameTypes.settings:
        if ((bits & flags.ack) === 0) this.#onSettings(bytes.subarray(from, to));
        break;
      case frameTypes.ping:
        if ((bits & flags.ack) === 0)
          this.#uploads.write(frame(type, flags.ack, 0, bytes.toString('latin1', from, to)));
        break;
      case frameTypes.goaway:
        this.#onGoaway(uint32At(bytes, from, to) & maxStreamId, uint32At(bytes, from + 4, to));
        break;
      case frameTypes.windowUpdate:
        this.#onWindow(id, uint32At(bytes, from, to) & maxStreamId);
        break;
      case frameTypes.pushPromise:
        throw new ProtocolError('a pushed response, which nobody asked for');
    }
  }

  /** A stream that is closed may still get frames; one that was never opened may not. */
  #streamOf(id: number): Http2Stream | undefined {
    if (id % 2 === 0 || id >= this.#nextId)
      throw new ProtocolError(`a frame of stream ${id}, which nobody opened`);
    return this.#streams.get(id);
  }

  #onContent(id: number, bits: number, bytes: Buffer, from: number, to: number): void {
    const isLast = (bits & flags.endStream) !== 0;
    this.#uploads.write(this.#window.take(0, to - from));
    this.#forStream(this.#streamOf(id), isLast, (stream) => {
      if (!isLast) this.#uploads.write(stream.receiveWindow.take(id, to - from));
      stream.content(bytes, ...unpadded(bits, bytes, from, to));
    });
  }

  #onBlock(block: Block | undefined): void {
    if (!block) return;
    const { streamId, isLast, bytes } = block;
    this.#forStream(this.#streamOf(streamId), isLast, (stream) => stream.head(bytes, isLast));
  }

  /** A stream takes its part of a frame. One whose response is wrong is reset. */
  #forStream(
    stream: Http2Stream | undefined,
    isLast: boolean,
    give: (stream: Http2Stream) => void,
  ): void {
    if (!stream || stream.answered) return;
    try {
      give(stream);
      if (!isLast) return;
      const { response } = stream;
      stream.answered = true;
      this.#used = true;
      stream.owner.onResponse(response);
      if (stream.left === 0) this.#close(stream, { kind: 'answered', late: false });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const payload = uint32(errorCodes.cancel);
      this.#uploads.write(frame(frameTypes.rstStream, 0, stream.id, payload));
      this.#close(stream, { kind: 'reset', cause: error.message });
    }
  }

  #onReset(id: number, code: number): void {
    const stream = this.#streamOf(id);
    if (!stream) return;
    const cause = `the stream was reset (RST_STREAM, ${errorName(code)})`;
    // A server that has responded may say that it needs no more of the request.
    this.#close(
      stream,
      stream.answered ? { kind: 'answered', late: true } : { kind: 'reset', cause },
    );
  }

  #onSettings(payload: Buffer): void {
    const { initialWindow, known } = this.#peer;
    this.#peer.take(payload);
    this.#uploads.write(frame(frameTypes.settings, flags.ack, 0, ''));
    for (const stream of this.#streams.values())
      stream.window += this.#peer.initialWindow - initialWindow;
    if (!known) this.#openedUs = this.#options.now();
    if (!this.#over) this.#events.onSettings();
    this.#uploads.resume(0);
  }

  #onGoaway(lastStreamId: number, code: number): void {
    if (code !== 0) {
      this.#break(`the server ended the connection (GOAWAY, ${errorName(code)})`);
      return;
    }
    this.#end(undefined);
    for (const stream of [...this.#streams.values()])
      if (stream.id > lastStreamId) this.#close(stream, { kind: 'unprocessed' });
  }

  #onWindow(id: number, bytes: number): void {
    const stream = id === 0 ? undefined : this.#streamOf(id);
    if (stream) stream.window += bytes;
    this.#uploads.resume(id === 0 ? bytes : 0);
  }

  #close(stream: Http2Stream, end: StreamEnd): void {
    if (!this.#streams.delete(stream.id)) return;
    this.#uploads.end(stream);
    if (this.#over && this.#streams.size === 0) this.#destroySoon();
    stream.owner.onClosed(end);
  }

  /** The connection is gone, and so are all streams. */
  #break(why?: string, error?: NodeJS.ErrnoException): void {
    const cut = this.#streams.size > 0 ? notWhole : undefined;
    this.#end(why ?? cut, error);
    this.#reader.stop();
    for (const stream of [...this.#streams.values()])
      this.#close(stream, { kind: 'broken', cause: why ?? notWhole });
  }

  /** It takes no more streams. @param cause undefined: in order */
  #end(cause: string | undefined, error?: NodeJS.ErrnoException): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#streams.size === 0) this.#destroySoon();
    if (!this.#peer.known) {
      const text = cause ?? 'closed while connecting';
      this.#events.onEnd({ kind: 'connect', cause: this.#connected ? `no HTTP/2: ${text}` : text });
    } else if (cause === undefined && !this.#used && this.#options.now() - this.#openedUs < idleUs)
      this.#events.onEnd({ kind: 'connect', cause: 'closed before a response came' });
    else this.#events.onEnd({ kind: error?.syscall === 'write' ? 'write' : 'read', cause });
  }

  /** Frames that were written go out first. */
  #destroySoon(): void {
    setImmediate(() => this.#socket.destroy());
  }
}
