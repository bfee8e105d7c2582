/**
 * One client connection of the fast lane: plain requests one after another, in order, until one
 * comes that is not plain. Then the full lane gets the connection, with the bytes from there on.
 * connection-state.ts draws its states.
 *
 * Invariants: requests are taken in `idle` and `responding` only. In all other states bytes go back
 * to the socket, whose own buffer is bounded. Responses of one turn of the event loop gather up to
 * the socket's high-water mark and leave at its end. A turn gives a connection contents of one
 * piece. Nothing is served to a socket that is destroyed. An error, or a timeout that is not drawn,
 * destroys the socket; its `close` event frees all that is held.
 */
import type { Socket } from 'node:net';
import { maxRequestsPerTurn, pieceBytes } from '../../config/limits.js';
import { perform } from '../api/perform.js';
import { lateRequest, needsOperator, problemOf, problemResponse } from '../api/problem.js';
import type { ApiResponse, ResponseFields } from '../api/response.js';
import { admit } from '../api/route.js';
import { ClientGone } from '../connection/client-gone.js';
import type { Connection } from '../connection/connections.js';
import { cut } from '../connection/cut.js';
import type { LaneOptions } from '../connection/lane.js';
import { endLingering } from '../connection/lingering.js';
import { RequestAllowance } from '../connection/request-allowance.js';
import type { ResponseHead } from '../connection/response-head.js';
import { sendPieces } from '../connection/send-pieces.js';
import { Exchange, noResponse } from '../statistics/exchange.js';
import type { State } from './connection-state.js';
import { atTurnsEnd, turnBeganMs } from './end-of-turn.js';
import { KnownSender } from './known-sender.js';
import { copyOf, findPlainRequest, PlainRequest } from './plain-request.js';
import { ResponseBuffer } from './response-buffer.js';
import { readIntoSharedBuffer } from './shared-read-buffer.js';

export interface FastConnectionOptions extends LaneOptions {
  readonly responseHead: ResponseHead;
  /** Takes the socket over, with its unread bytes. */
  readonly handOver: (socket: Socket) => void;
}

const nothing = Buffer.alloc(0);
/** The request found last. It is served before the next one is looked for. */
const request = new PlainRequest();

export class FastConnection implements Connection {
  readonly #socket: Socket;
  readonly #options: FastConnectionOptions;
  readonly #outgoing: ResponseBuffer;
  readonly #sender: KnownSender;
  readonly #exchange: Exchange;
  #state: State = 'fresh';
  /** For the requests whose responses are not all with the kernel. */
  readonly #allowance: RequestAllowance;
  #requests = 0;
  #idleSince: number;
  /** Ends the watch over a slow reader. */
  #unwatch: (() => void) | undefined;

  constructor(socket: Socket, options: FastConnectionOptions) {
    this.#socket = socket;
    this.#exchange = new Exchange(options.bookkeeping, socket);
    this.#outgoing = new ResponseBuffer(socket, options.responseHead, this.#exchange);
    this.#sender = new KnownSender(options);
    this.#options = options;
    this.#allowance = new RequestAllowance(options.budget, options.scheduler, socket);
    this.#idleSince = options.connections.stamp();
    options.connections.own(socket, this);
    socket.setTimeout(options.limits.headerTimeoutMs);
    readIntoSharedBuffer(socket, this.#take);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('timeout', this.#onTimeout);
    socket.on('error', this.#onError).on('close', this.#onClose);
  }

  get idleSince(): number | undefined {
    // One that lingers is gone.
    const isIdle = this.#state === 'idle' || this.#state === 'fresh' || this.#state === 'gone';
    return isIdle ? this.#idleSince : undefined;
  }

  /**
   * Serves the plain requests that the bytes begin with, as far as may be now. Keeps no bytes.
   * @returns how many bytes those requests are
   */
  readonly #take = (bytes: Buffer): number => {
    const { service, limits } = this.#options;
    if (this.#socket.destroyed) return bytes.length;
    if (this.#state === 'fresh') {
      this.#state = 'idle';
      this.#socket.setTimeout(limits.keepAliveMs);
    }
    let at = 0;
    while (
      at < bytes.length &&
      (this.#state === 'idle' || this.#state === 'responding') &&
      !service.draining &&
      this.#requests < maxRequestsPerTurn &&
      this.#allowance.heldBytes < pieceBytes &&
      this.#outgoing.unsentLength < this.#socket.writableHighWaterMark &&
      findPlainRequest(bytes, at, limits, request) &&
      this.#sender.admits(bytes, request)
    ) {
      at = request.end;
      this.#serve(bytes);
    }
    return at;
  };

  readonly #onData = (piece: Buffer): void => {
    const taken = this.#take(piece);
    if (taken === piece.length) return;
    const rest = piece.subarray(taken);
    // The responses before a request that is not plain have to be out first.
    if (this.#state === 'idle') this.#handOver(rest);
    else this.#socket.pause().unshift(rest);
  };

  /** The turn of the event loop ends: its responses leave. */
  leave(): void {
    if (this.#state === 'responding' || this.#state === 'closing') this.#settle();
    else if (this.#state === 'running' || this.#state === 'overdue') this.#outgoing.flush();
  }

  #serve(bytes: Buffer): void {
    const { service, inFlight } = this.#options;
    const isFirst = this.#state === 'idle';
    this.#requests++;
    inFlight.begin();
    const contentLength = request.end - request.contentStart;
    this.#exchange.begin(request.method, contentLength, turnBeganMs());
    try {
      // admit would ask whether the service is draining, which #take has done.
      const command = request.command ?? admit(request, service);
      this.#exchange.asksFor(command);
      this.#sender.permit?.mustAllow(command);
      this.#allowance.takeNow(contentLength);
      const content = contentLength > 0 ? [copyOf(bytes, request.contentStart, request.end)] : [];
      const response = perform(command, content, service.store, this.#allowance);
      if (response instanceof Promise) {
        this.#state = 'running';
        response.then(this.#onResponse, this.#onProblem);
        return;
      }
      this.#respond(response);
    } catch (error) {
      this.#refuse(error);
    }
    if (isFirst) atTurnsEnd(this);
  }

  readonly #onResponse = (response: ApiResponse): void => {
    try {
      this.#respond(response);
    } catch (error) {
      this.#refuse(error);
    }
    if (this.#state !== 'sending') this.#settle();
  };

  readonly #onProblem = (error: unknown): void => {
    if (error instanceof ClientGone) this.#exchange.end(noResponse, 0);
    else this.#refuse(error);
    this.#settle();
  };

  /** @throws Problem 503 when the content does not fit in the memory budget */
  #respond(response: ApiResponse): void {
    const { content } = response;
    if (!(content instanceof Uint8Array))
      throw new TypeError('a range is not plain, and all else is whole');
    if (content.length > pieceBytes) {
      void this.#sendLarge(response, content);
      return;
    }
    this.#allowance.takeNow(content.length);
    this.#send(response, content, false);
  }

  /** The store has taken the memory. Never rejects. */
  async #sendLarge(response: ResponseFields, content: Uint8Array): Promise<void> {
    const { service, limits } = this.#options;
    const isLast = service.draining;
    this.#state = 'sending';
    this.#socket.setTimeout(limits.stallMs);
    this.#watch();
    this.#outgoing.addHead(response, content.length, isLast);
    await sendPieces(content, this.#allowance, this.#write).catch(() => {});
    this.#exchange.end(response.status, content.length);
    this.#state = isLast ? 'closing' : 'responding';
    this.#settle();
  }

  readonly #write = (piece: Uint8Array): Promise<void> => {
    this.#outgoing.flush();
    return new Promise((resolve) => this.#socket.write(piece, () => resolve()));
  };

  #refuse(error: unknown, closes = false): void {
    const problem = problemOf(error);
    if (needsOperator(problem)) this.#options.report(problem.cause);
    const response = problemResponse(problem);
    this.#send(response, response.content, closes || problem.closes);
  }

  #send(response: ResponseFields, content: Uint8Array, closes: boolean): void {
    const isOpen = !this.#socket.destroyed;
    const isLast = isOpen && (closes || this.#options.service.draining);
    this.#state = isLast ? 'closing' : 'responding';
    if (isOpen) this.#outgoing.add(response, content, isLast);
    this.#exchange.end(isOpen ? response.status : noResponse, content.length);
  }

  /** From `responding` or `closing`: goes on once the responses are with the kernel. */
  #settle(): void {
    const { limits } = this.#options;
    const socket = this.#socket;
    const isLast = this.#state === 'closing';
    this.#outgoing.flush();
    if (socket.writableLength > 0 && !socket.destroyed) {
      this.#state = isLast ? 'flushing-last' : 'flushing';
      socket.setTimeout(limits.stallMs);
      this.#watch();
      // Behind all that waits: called when that is out, or the connection is gone.
      socket.write(nothing, this.#onFlushed);
      return;
    }
    this.#release();
    this.#state = isLast || socket.destroyed ? 'gone' : 'idle';
    if (socket.destroyed) return;
    if (isLast) {
      endLingering(socket, limits.lingerMs);
      return;
    }
    if (socket.timeout !== limits.keepAliveMs) socket.setTimeout(limits.keepAliveMs);
    if (socket.readableEnded) socket.end();
    else if (socket.isPaused()) socket.resume();
  }

  readonly #onFlushed = (): void => {
    this.#state = this.#state === 'flushing-last' ? 'closing' : 'responding';
    this.#settle();
  };

  #release(): void {
    for (; this.#requests > 0; this.#requests--) this.#options.inFlight.end();
    this.#allowance.release();
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#idleSince = this.#options.connections.stamp();
  }

  #watch(): void {
    const heldBytes = () => this.#allowance.heldBytes;
    const end = () => cut(this.#socket);
    this.#unwatch ??= this.#options.contentRate.watch(this.#socket, 'taking', heldBytes, end);
  }

  #handOver(unread: Buffer): void {
    this.#state = 'gone';
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('timeout', this.#onTimeout);
    socket.off('error', this.#onError).off('close', this.#onClose);
    // While it flows, bytes put back would come out at once.
    socket.pause();
    socket.unshift(unread);
    this.#options.handOver(socket);
    socket.resume();
  }

  /** Once responses are out, #settle sees that the client has sent its last byte. */
  readonly #onEnd = (): void => {
    if (this.#state === 'fresh' || this.#state === 'idle') this.#socket.end();
  };

  readonly #onTimeout = (): void => {
    switch (this.#state) {
      case 'fresh':
        this.#refuse(lateRequest(), true);
        this.#settle();
        return;
      case 'running':
        this.#state = 'overdue';
        this.#socket.setTimeout(this.#options.limits.stallMs);
        return;
      // The end has a time limit of its own.
      case 'closing':
      case 'gone':
        return;
      default:
        this.#socket.destroy();
    }
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    if (['running', 'overdue', 'sending'].includes(this.#state)) this.#allowance.cancel();
    else this.#release();
  };
}
