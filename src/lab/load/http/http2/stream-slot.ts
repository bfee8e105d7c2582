/**
 * The place for one stream in an HTTP/2 connection: what a connection is in HTTP/1.1. It has at
 * most one stream at a time, which may outlast the session that would take the next one.
 */
import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import {
  backOffAfter,
  type ConnectionEvents,
  type ConnectionOptions,
  type SlotConnection,
} from '../slot-connection.js';
import type { Http2Requests } from './http2-request.js';
import { errorName, type Http2Session } from './http2-session.js';

type Head = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** CANCEL. */
const cancel = 8;
const noContent = new Uint8Array(0);

/** The connection that places share. */
export interface SharedConnection {
  /** The one that takes streams, if one does. */
  readonly session: Http2Session | undefined;
  readonly opening: boolean;
  /** The place waits for a stream. */
  queue(slot: StreamSlot): void;
  /** A place's stream is closed. @param waited it was held up; else it has just been served */
  freed(slot: StreamSlot, waited: boolean): void;
  answered(session: Http2Session): void;
  close(): void;
}

export class StreamSlot implements SlotConnection {
  readonly writesLater = true;
  readonly #options: ConnectionOptions;
  readonly #requests: Http2Requests;
  readonly #connection: SharedConnection;
  events: ConnectionEvents;
  #stream: ClientHttp2Stream | undefined;
  /** How often in a row its stream was reset. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    connection: SharedConnection,
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
    const { collect, maxContentBytes } = this.#options;
    const content = new Content(collect ? maxContentBytes : undefined);
    stream.on('response', (fields) => {
      head = fields;
    });
    stream.on('data', (piece: Buffer) => {
      content.add(piece);
      if (content.fault !== undefined) stream.close(cancel);
    });
    stream.on('end', () => {
      // A reset ends it too.
      if (head === undefined || stream.rstCode !== 0 || session.lost) return;
      content.end(stream.sentHeaders[':method'] === 'HEAD' ? undefined : head['content-length']);
      if (content.fault !== undefined) return;
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
      if (content.fault !== undefined) this.#failed(content.fault);
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

/** The content of a response. It is kept if somebody reads it. */
class Content {
  readonly #maxBytes: number | undefined;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Why the response is none. */
  fault: string | undefined;

  /** @param maxBytes undefined: none is kept */
  constructor(maxBytes: number | undefined) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#maxBytes === undefined) return;
    this.#pieces.push(piece);
    if (this.#bytes <= this.#maxBytes) return;
    this.#pieces = [];
    this.fault ??= `content of more than ${this.#maxBytes} bytes, which the script reads`;
  }

  /** node:http2 does not compare it. @param length by its field, if content had to come */
  end(length: string | undefined): void {
    if (this.#bytes === 0 || length === undefined || Number(length) === this.#bytes) return;
    this.fault ??= `content of ${this.#bytes} bytes, and Content-Length says ${length}`;
  }

  get whole(): Uint8Array {
    return this.#pieces.length === 0 ? noContent : Buffer.concat(this.#pieces);
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
