/**
 * The place for one stream in an HTTP/2 connection: what a connection is in HTTP/1.1. It has at most
 * one stream at a time, which may outlast the session that would take the next one.
 */
import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import {
  backOffAfter,
  type ConnectionEvents,
  type ConnectionOptions,
  type SlotConnection,
} from '../slot-connection.js';
import type { Http2Connection } from './http2-connection.js';
import type { Http2Requests } from './http2-request.js';
import { errorName, type Http2Session } from './http2-session.js';

type Head = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** CANCEL. */
const cancel = 8;
const noContent = new Uint8Array(0);
const ignore = () => {};

export class StreamSlot implements SlotConnection {
  readonly writesLater = true;
  readonly #options: ConnectionOptions;
  readonly #requests: Http2Requests;
  readonly #connection: Http2Connection;
  events: ConnectionEvents;
  #stream: ClientHttp2Stream | undefined;
  /** How often in a row its stream was reset. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    connection: Http2Connection,
    options: ConnectionOptions,
    requests: Http2Requests,
    events: ConnectionEvents,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#requests = requests;
    this.events = events;
  }

  get ready(): boolean {
    return this.#isFree && this.#connection.session?.hasPlace === true;
  }

  get opening(): boolean {
    return this.#connection.opening;
  }

  get #isFree(): boolean {
    return this.#stream === undefined && this.#timer === undefined;
  }

  queue(): void {
    if (this.#isFree) this.#connection.queue(this);
  }

  send(): number {
    const { source, now } = this.#options;
    const request = this.#requests.convert(source.next());
    const session = this.#connection.session as Http2Session;
    const beganUs = now();
    this.#stream = session.request(request);
    this.#listen(session, this.#stream);
    return beganUs;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  #listen(session: Http2Session, stream: ClientHttp2Stream): void {
    let head: Head | undefined;
    let error: Error | undefined;
    /** Once it is whole: whether the request is, too. */
    let whole: 'sent' | 'still sending' | undefined;
    const content = new Content(this.#options.maxContentBytes);
    stream.on('response', (fields) => {
      head = fields;
    });
    stream.on(
      'data',
      this.#options.collect ? (piece: Buffer) => content.add(piece) || stream.close(cancel) : ignore,
    );
    stream.on('end', () => {
      // A reset ends it too.
      if (head === undefined || stream.rstCode !== 0 || session.lost) return;
      whole = stream.writableFinished ? 'sent' : 'still sending';
      this.#answered(session, head, content.whole);
    });
    stream.on('error', (why) => {
      error = why;
    });
    stream.on('close', () => {
      this.#stream = undefined;
      session.closed(error);
      // The server may have responded before it had read all of the request.
      if (whole) return this.#connection.freed(this, whole === 'still sending');
      this.events.onBytes(session.takeBytes());
      if (content.tooMuch !== undefined) this.#failed(content.tooMuch);
      else if (session.neverProcessed(stream.id)) this.#sendAgain();
      else if (session.lost) this.#broken(session.causeOf(error));
      else this.#failed(`the stream was reset (RST_STREAM, ${errorName(stream.rstCode ?? 0)})`);
    });
  }

  #answered(session: Http2Session, head: Head, content: Uint8Array): void {
    this.#failures = 0;
    this.#connection.answered(session);
    this.events.onBytes(session.takeBytes());
    const status = head[':status'] ?? 0;
    if (!this.events.onResponse(status, content)) return;
    this.#options.source.onResponse?.(status, fieldsOf(head), content);
  }

  /** The server has never looked at it. */
  #sendAgain(): void {
    this.events.onUnprocessed?.();
    this.#connection.freed(this, true);
  }

  /** The connection broke, which opens itself again. This place may have another one already. */
  #broken(cause: string): void {
    this.events.onFailure('read', cause);
    this.#connection.freed(this, true);
  }

  /** Its stream alone failed. At once after the first failure in a row, then ever later. */
  #failed(cause: string): void {
    this.#failures++;
    this.events.onFailure('read', cause);
    const backOffMs = backOffAfter(this.#failures);
    if (backOffMs === undefined) this.#connection.freed(this, true);
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#connection.freed(this, true);
      }, backOffMs);
  }
}

/** Content that somebody reads. */
class Content {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Why it is not kept. */
  tooMuch: string | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Returns whether it is not too much. */
  add(piece: Buffer): boolean {
    this.#bytes += piece.length;
    if (this.#bytes <= this.#maxBytes) return this.#pieces.push(piece) > 0;
    this.#pieces = [];
    this.tooMuch ??= `content of more than ${this.#maxBytes} bytes, which the script reads`;
    return false;
  }

  get whole(): Uint8Array {
    return this.#bytes === 0 ? noContent : Buffer.concat(this.#pieces);
  }
}

/** As HTTP/1.1 gives them: without the pseudo-field, the last of equal names. */
function fieldsOf(head: Head): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(head))
    if (!name.startsWith(':') && value !== undefined)
      fields[name] = Array.isArray(value) ? (value.at(-1) ?? '') : String(value);
  return fields;
}
