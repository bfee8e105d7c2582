/**
 * An HTTP/2 connection that opens itself again, and the places for streams that share it. After a
 * graceful GOAWAY the streams of the old session go on, while the next one takes those to come. If
 * the server takes fewer streams than there are places, those wait in the order in which they came.
 */
import type { ConnectionEvents, ConnectionGroup, ConnectionOptions } from '../slot-connection.js';
import { backOffAfter } from '../slot-connection.js';
import { Http2Requests } from './http2-request.js';
import { Http2Session, type SessionEnd } from './http2-session.js';
import { type SharedConnection, StreamSlot } from './stream-slot.js';

export class Http2Connection implements ConnectionGroup, SharedConnection {
  readonly #options: ConnectionOptions;
  readonly connections: readonly StreamSlot[];
  #session: Http2Session | undefined;
  /** Sessions that have ended, as long as they have streams. */
  readonly #ended = new Set<Http2Session>();
  /** Places with a send that is due. */
  readonly #queue = new Set<StreamSlot>();
  #opening = false;
  #closed = false;
  /** How often in a row it broke without a response. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param streams places @param events of each of them, until they are replaced */
  constructor(options: ConnectionOptions, streams: number, events: ConnectionEvents) {
    this.#options = options;
    const requests = new Http2Requests(options.target.tls ? 'https' : 'http');
    this.connections = Array.from(
      { length: streams },
      () => new StreamSlot(this, options, requests, events),
    );
  }

  get session(): Http2Session | undefined {
    return this.#session;
  }

  get opening(): boolean {
    return this.#opening;
  }

  open(): void {
    const { timeoutMs } = this.#options;
    let opened = false;
    this.#setOpening(true);
    const session = new Http2Session(this.#options, {
      onSettings: () => {
        if (!session.open) return;
        if (opened) return this.#serveQueue();
        // A server may begin without places, and give some later, or never.
        if (!session.hasPlace) return;
        opened = true;
        clearTimeout(this.#timer);
        this.#setOpening(false);
        this.#offerAll();
      },
      onBytes: (count) => this.connections[0]?.events.onBytes(count),
      onEnd: (end) => this.#lost(session, end),
    });
    this.#session = session;
    this.#timer = setTimeout(() => {
      session.destroy();
      this.#lost(session, { kind: 'connect', cause: `no connection within ${timeoutMs} ms` });
    }, timeoutMs);
  }

  queue(slot: StreamSlot): void {
    this.#queue.add(slot);
  }

  freed(slot: StreamSlot, waited: boolean): void {
    if (this.#closed) return;
    this.#serveQueue();
    slot.events.onReady(waited);
  }

  answered(): void {
    this.#failures = 0;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const session of [this.#session, ...this.#ended]) session?.destroy();
  }

  #serveQueue(): void {
    for (const next of this.#queue) {
      if (!this.#session?.hasPlace) return;
      this.#queue.delete(next);
      if (next.ready) next.events.onReady(true);
    }
  }

  /** Those that wait come first. They go on waiting while none is free. */
  #offerAll(): void {
    this.#serveQueue();
    for (const slot of this.connections)
      if (slot.ready && !this.#queue.has(slot)) slot.events.onReady(true);
  }

  #lost(session: Http2Session, { kind, cause }: SessionEnd): void {
    if (session !== this.#session) return;
    clearTimeout(this.#timer);
    this.#session = undefined;
    if (session.active > 0) this.#ended.add(session);
    for (const ended of this.#ended) if (ended.active === 0) this.#ended.delete(ended);
    this.#setOpening(false);
    if (this.#closed) return;
    if (cause !== undefined) {
      this.#failures++;
      // Requests in flight fail one by one, by themselves.
      if (session.active === 0) this.connections[0]?.events.onFailure(kind, cause);
    }
    this.#openLater();
  }

  #openLater(): void {
    const backOffMs = backOffAfter(this.#failures);
    if (backOffMs !== undefined) this.#timer = setTimeout(() => this.open(), backOffMs);
    else {
      this.#setOpening(true);
      setImmediate(() => this.#closed || this.open());
    }
  }

  #setOpening(opening: boolean): void {
    if (opening === this.#opening) return;
    this.#opening = opening;
    for (const { events } of this.connections) events.onOpening(opening);
  }
}
