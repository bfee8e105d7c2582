/**
 * One keep-alive connection with at most one send in flight. It opens itself again when it breaks, and knows nothing of
 * schedules: it says when it is ready, when it has an answer, and when a send failed.
 */
import type { Socket } from 'node:net';
import type { RequestSource } from '../request/source.js';
import { backOffMs } from './back-off.js';
import { ProtocolError } from './protocol-error.js';
import { type Answer, ResponseReader } from './response-reader.js';
import { openSocket, type Target } from './target.js';

/** A connection that is closed sooner than this after it was opened was refused; later, it has only been idle for too long. */
const idleUs = 100_000;

export type FailureKind = 'connect' | 'read' | 'write';

export interface ConnectionEvents {
  /** It may send. @param opened it was opened; else, all answers of the last send have come */
  onReady(opened: boolean): void;
  /** Once for each request. Returns whether the answer counts: one that comes after the end does not. */
  onAnswer(status: number): boolean;
  /** It broke; what was in flight will not be answered. It opens itself again. */
  onFailure(kind: FailureKind, cause: string): void;
  onBytes(count: number): void;
  /** It begins, or ceases, to wait for the peer to take the connection. */
  onOpening(opening: boolean): void;
}

export interface ConnectionOptions {
  readonly target: Target;
  readonly source: RequestSource;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly now: () => number;
}

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  #socket: Socket | undefined;
  #reader: ResponseReader;
  #open = false;
  #opening = false;
  /** Of this socket. */
  #openedUs = 0;
  #answeredOnce = false;
  #closed = false;
  /** Answers that the last send still lacks. */
  #inFlight = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#reader = this.#newReader();
  }

  /** Whether send() may be called. */
  get ready(): boolean {
    return this.#open && this.#inFlight === 0;
  }

  open(): void {
    const { target, timeoutMs } = this.#options;
    this.#reader = this.#newReader();
    this.#answeredOnce = false;
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
        this.#events.onReady(true);
      },
    );
    this.#socket = socket;
    this.#timer = setTimeout(
      () => this.#fail('connect', `no connection within ${timeoutMs} ms`),
      timeoutMs,
    );
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#socket === socket) this.#fail(this.#kindOf(error), describe(error));
    });
    socket.on('end', () => {
      if (this.#socket === socket) this.#ended();
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#ended();
    });
  }

  /** Sends the source's next request. Returns when it began to write. @throws ScriptError */
  send(): number {
    const { source, now } = this.#options;
    const request = source.next();
    const toHead =
      typeof request === 'string'
        ? request.startsWith('HEAD ')
        : request[0] === 0x48 && request[1] === 0x45;
    this.#inFlight = source.requestsPerSend;
    this.#reader.expect(this.#inFlight, toHead);
    const beganUs = now();
    (this.#socket as Socket).write(request as string, 'latin1');
    return beganUs;
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #newReader(): ResponseReader {
    const { source, maxBodyBytes } = this.#options;
    return new ResponseReader({
      onAnswer: (answer) => this.#answered(answer),
      collect: source.onResponse !== undefined,
      maxBodyBytes,
    });
  }

  #received(buffer: Buffer, length: number): void {
    this.#events.onBytes(length);
    const waiting = this.#inFlight > 0;
    try {
      this.#reader.feed(buffer, length);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // What follows an answer that said `close` is nobody's.
      if (this.#open) this.#fail('read', error.message);
    }
    // Not before all that arrived is read: what follows an answer must not pass for the next one.
    if (waiting && this.ready) this.#events.onReady(false);
  }

  #answered(answer: Answer): void {
    // An earlier answer of the same bytes has ended the connection; its requests are counted as failed.
    if (!this.#open) return;
    this.#failures = 0;
    this.#inFlight--;
    if (this.#events.onAnswer(answer.status))
      this.#options.source.onResponse?.(answer.status, answer.headers, answer.body);
    this.#answeredOnce = true;
    if (answer.keepAlive) return;
    if (this.#inFlight === 0) this.#reopen();
    else this.#fail('read', 'closed before all pipelined requests were answered');
  }

  /** The peer closed. Between two requests that is its right; within one it is a failure. */
  #ended(): void {
    const proper = this.#reader.end();
    // An answer that lasts until the close has reopened the connection by now.
    if (!this.#socket) return;
    if (!this.#open) this.#fail('connect', 'closed while connecting');
    else if (!proper) this.#fail('read', 'closed before the answer was whole');
    else if (!this.#answeredOnce && this.#options.now() - this.#openedUs < idleUs)
      this.#fail('connect', 'closed before a request was sent');
    else this.#reopen();
  }

  #kindOf(error: NodeJS.ErrnoException): FailureKind {
    if (!this.#open) return 'connect';
    return error.syscall === 'write' ? 'write' : 'read';
  }

  #fail(kind: FailureKind, cause: string): void {
    this.#failures++;
    this.#drop();
    this.#events.onFailure(kind, cause);
    this.#openLater();
  }

  #reopen(): void {
    this.#drop();
    this.#openLater();
  }

  #openLater(): void {
    if (this.#closed) return;
    const ms = backOffMs(this.#failures);
    if (ms > 0) this.#timer = setTimeout(() => this.open(), ms);
    else {
      this.#setOpening(true);
      setImmediate(() => this.#closed || this.open());
    }
  }

  #setOpening(opening: boolean): void {
    if (opening === this.#opening) return;
    this.#opening = opening;
    this.#events.onOpening(opening);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    this.#setOpening(false);
    this.#inFlight = 0;
    // It may still report something, which nobody wants to hear.
    socket?.on('error', () => {}).destroy();
  }
}

function describe(error: NodeJS.ErrnoException): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error.code && !error.message.includes(error.code)
    ? `${error.message} (${error.code})`
    : error.message;
}
