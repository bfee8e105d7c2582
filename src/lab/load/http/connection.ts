/**
 * One keep-alive connection of HTTP/1.1 with at most one send in flight: a batch of requests if
 * they are pipelined.
 */
import type { Socket } from 'node:net';
import { ProtocolError } from './protocol-error.js';
import { type Response, ResponseReader } from './response-reader.js';
import {
  backOffAfter,
  type ConnectionEvents,
  type ConnectionOptions,
  describe,
  type FailureKind,
  idleUs,
  type SlotConnection,
} from './slot-connection.js';
import { openSocket } from './target.js';

export class Connection implements SlotConnection {
  readonly #options: ConnectionOptions;
  events: ConnectionEvents;
  #socket: Socket | undefined;
  #reader: ResponseReader;
  #open = false;
  #opening = false;
  /** When this socket was opened, and whether it has brought a response. */
  #openedUs = 0;
  #used = false;
  #closed = false;
  /** Responses that the last send still lacks. */
  #inFlight = 0;
  /** How often in a row it broke without a response. */
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.events = events;
    this.#reader = this.#newReader();
  }

  get ready(): boolean {
    return this.#open && this.#inFlight === 0;
  }

  get opening(): boolean {
    return this.#opening;
  }

  open(): void {
    const { target, timeoutMs } = this.#options;
    this.#reader = this.#newReader();
    this.#used = false;
    this.#setOpening(true);
    const socket = openSocket(
      target,
      (buffer, length) => {
        if (this.#socket === socket) this.#received(buffer, length);
      },
      () => {
        if (this.#socket !== socket) return;
        clearTimeout(this.#timer);
        this.#open = true;
        this.#setOpening(false);
        this.#openedUs = this.#options.now();
        this.events.onReady(true);
      },
    );
    this.#socket = socket;
    this.#timer = setTimeout(
      () => this.#fail('connect', `no connection within ${timeoutMs} ms`),
      timeoutMs,
    );
    const ended = () => {
      if (this.#socket === socket) this.#ended();
    };
    socket.on('end', ended).on('close', ended);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#socket !== socket) return;
      const inUse = error.syscall === 'write' ? 'write' : 'read';
      this.#fail(this.#open ? inUse : 'connect', describe(error));
    });
  }

  send(): number {
    const { source, now } = this.#options;
    const request = source.next();
    this.#inFlight = source.requestsPerSend;
    this.#reader.expect(this.#inFlight, source.heads ?? isHead(request));
    const beganUs = now();
    (this.#socket as Socket).write(request as string, 'latin1');
    return beganUs;
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #newReader(): ResponseReader {
    const { collect, maxContentBytes } = this.#options;
    return new ResponseReader({
      onResponse: (response) => this.#responded(response),
      onIdleTimeout: () => this.#closedIdle(),
      collect,
      maxContentBytes,
    });
  }

  #received(buffer: Buffer, length: number): void {
    this.events.onBytes(length);
    const waiting = this.#inFlight > 0;
    try {
      this.#reader.feed(buffer, length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // Bytes after a response that said `close` belong to no request.
      if (this.#open) this.#fail('read', error.message);
    }
    // Only when all that arrived is read: what follows a response must not pass for the next one.
    if (waiting && this.ready) this.events.onReady(false);
  }

  #responded({ status, headers, content, keepAlive }: Response): void {
    // An earlier response in the same bytes ended the connection; its requests count as failed.
    if (!this.#open) return;
    this.#failures = 0;
    this.#inFlight--;
    if (this.events.onResponse(status, content))
      this.#options.source.onResponse?.(status, headers, content);
    this.#used = true;
    if (keepAlive) return;
    if (this.#inFlight === 0) this.#reopen();
    else this.#fail('read', 'closed before all pipelined requests were answered');
  }

  /** The peer closed. It may between two requests; within one that is a failure. */
  #ended(): void {
    const proper = this.#reader.end();
    // A response that lasts until the close has reopened the connection by now.
    if (!this.#socket) return;
    if (!this.#open) this.#fail('connect', 'closed while connecting');
    else if (!proper) this.#fail('read', 'closed before the response was whole');
    else this.#closedIdle();
  }

  /** Nothing was in flight. A peer that does so at once would be asked again and again. */
  #closedIdle(): void {
    if (!this.#used && this.#options.now() - this.#openedUs < idleUs)
      this.#fail('connect', 'closed before a request was sent');
    else this.#reopen();
  }

  #fail(kind: FailureKind, cause: string): void {
    this.#failures++;
    this.#drop();
    this.events.onFailure(kind, cause);
    this.#openLater();
  }

  #reopen(): void {
    this.#drop();
    this.#openLater();
  }

  /** At once after the first failure in a row, then after 10 ms, 20 ms, 40 ms, … */
  #openLater(): void {
    if (this.#closed) return;
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
    this.events.onOpening(opening);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    this.#setOpening(false);
    this.#inFlight = 0;
    // An error that it still emits would otherwise be uncaught.
    socket?.on('error', () => {}).destroy();
  }
}

function isHead(request: string | Uint8Array): boolean {
  return typeof request === 'string'
    ? request.startsWith('HEAD ')
    : request[0] === 0x48 && request[1] === 0x45;
}
