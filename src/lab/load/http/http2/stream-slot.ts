/**
 * The place for one stream in an HTTP/2 connection: what a connection is in HTTP/1.1. It has at
 * most one stream at a time, which may outlast the session that would take the next one.
 */
import {
  backOffAfter,
  type ConnectionEvents,
  type ConnectionOptions,
  type SlotConnection,
} from '../slot-connection.js';
import type { Http2Requests } from './http2-request.js';
import type { Http2Session } from './http2-session.js';
import type { Http2Response, StreamEnd, StreamOwner } from './http2-stream.js';

/** The connection that places share. */
export interface SharedConnection {
  /** The one that takes streams, if one does. */
  readonly session: Http2Session | undefined;
  readonly opening: boolean;
  /** The place waits for a stream. */
  queue(slot: StreamSlot): void;
  /** A place's stream is closed. @param waited it was held up; else it has just been served */
  freed(slot: StreamSlot, waited: boolean): void;
  answered(): void;
  close(): void;
}

export class StreamSlot implements SlotConnection, StreamOwner {
  readonly #options: ConnectionOptions;
  readonly #requests: Http2Requests;
  readonly #connection: SharedConnection;
  events: ConnectionEvents;
  #busy = false;
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
    return !this.#busy && this.#timer === undefined;
  }

  queue(): void {
    if (this.#isFree) this.#connection.queue(this);
  }

  send(): number {
    const { source, now } = this.#options;
    const request = this.#requests.convert(source.next());
    const session = this.#connection.session as Http2Session;
    const beganUs = now();
    this.#busy = true;
    session.request(request, this);
    return beganUs;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection.close();
  }

  onResponse({ status, fields, content }: Http2Response): void {
    this.#failures = 0;
    this.#connection.answered();
    if (this.events.onResponse(status, content))
      this.#options.source.onResponse?.(status, fields, content);
  }

  onClosed(end: StreamEnd): void {
    this.#busy = false;
    if (end.kind === 'reset') this.#failed(end.cause);
    else {
      if (end.kind === 'unprocessed') this.events.onUnprocessed?.();
      // The connection opens itself again. This place may have another one already.
      if (end.kind === 'broken') this.events.onFailure('read', end.cause);
      this.#connection.freed(this, end.kind !== 'answered' || end.late);
    }
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
