/**
 * One client connection of the fast lane: plain requests one after another, in order, until one comes that is not plain. Then the
 * connection is the full lane's, with the bytes from there on.
 *
 * Invariant: while a request runs, or answers wait for the kernel to take them, no further request is looked at. What had been read goes
 * back to the socket, whose own buffer is bounded. Answers of one turn of the event loop gather up to the socket's high-water mark.
 */
import type { Socket } from 'node:net';
import { type Answer, perform } from '../api/perform.js';
import { lateRequest, needsOperator, problemAnswer, problemOf } from '../api/problem.js';
import { admit } from '../api/route.js';
import type { LaneOptions } from '../connection/lane.js';
import { endLingering } from '../connection/lingering.js';
import type { Heads } from '../connection/response-head.js';
import { atTurnsEnd } from './end-of-turn.js';
import { copyOf, findPlainRequest, PlainRequest } from './plain-request.js';
import { Outgoing } from './response-buffer.js';
import { readIntoCommonBuffer } from './shared-read-buffer.js';

export interface FastConnectionOptions extends LaneOptions {
  readonly heads: Heads;
  /** Takes the socket over, with its unread bytes. */
  readonly handOver: (socket: Socket) => void;
}

const nothing = Buffer.alloc(0);
/** The request found last. It is served before the next one is looked for. */
const request = new PlainRequest();

export class FastConnection {
  readonly #socket: Socket;
  readonly #options: FastConnectionOptions;
  #begun = false;
  /** A request runs. */
  #running = false;
  readonly #outgoing: Outgoing;
  /** The end of this turn of the event loop is waited for, when the answers leave. */
  #leaving = false;
  /** Answers are on their way to the kernel. */
  #flushing = false;
  /** The last answer has said that it is the last. */
  #closing = false;
  /** The connection is the full lane's. Its reads come here again once node:http lets go of the socket. */
  #handedOver = false;
  /** The client has sent its last byte. */
  #ended = false;
  /** The socket's timeout is for a stall, not for an idle connection. */
  #mayStall = false;
  /** Requests whose answers are not all with the kernel, and what they hold of the common memory. */
  #requests = 0;
  #heldBytes = 0;

  constructor(socket: Socket, options: FastConnectionOptions) {
    this.#socket = socket;
    this.#outgoing = new Outgoing(socket, options.heads);
    this.#options = options;
    socket.setTimeout(options.limits.headerTimeoutMs);
    readIntoCommonBuffer(socket, this.#take);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('timeout', this.#onTimeout);
    socket.on('error', this.#onError).on('close', this.#onClose);
  }

  get #busy(): boolean {
    return this.#running || this.#flushing || this.#closing || this.#handedOver;
  }

  /**
   * Serves the plain requests that the bytes begin with, as far as may be now. It keeps none of the bytes.
   * @returns how many bytes those requests are
   */
  readonly #take = (bytes: Buffer): number => {
    const { service, limits } = this.#options;
    if (!this.#begun) {
      this.#begun = true;
      this.#socket.setTimeout(limits.keepAliveMs);
    }
    let at = 0;
    while (
      at < bytes.length &&
      !this.#busy &&
      !service.draining &&
      this.#outgoing.unsentLength < this.#socket.writableHighWaterMark &&
      findPlainRequest(bytes, at, limits, request)
    ) {
      at = request.end;
      this.#serve(bytes);
    }
    if (this.#requests > 0 && !this.#leaving && !(this.#running && this.#outgoing.empty)) {
      this.#leaving = true;
      atTurnsEnd(this);
    }
    return at;
  };

  readonly #onData = (piece: Buffer): void => {
    const taken = this.#take(piece);
    if (taken === piece.length) return;
    const rest = piece.subarray(taken);
    // The answers before a request that is not plain have to be out first.
    if (!this.#busy && this.#requests === 0) {
      this.#handOver(rest);
      return;
    }
    this.#socket.pause();
    this.#socket.unshift(rest);
  };

  /** The turn of the event loop ends: its answers leave. */
  leave(): void {
    // It may have been handed over since, with all its answers out.
    if (!this.#leaving) return;
    this.#leaving = false;
    this.#settle();
  }

  #serve(bytes: Buffer): void {
    const { service, running } = this.#options;
    this.#requests++;
    running.begin();
    try {
      // That the service is not draining, which admit would ask, is known here.
      const command = request.command ?? admit(request, service);
      const contentLength = request.end - request.contentStart;
      this.#hold(contentLength);
      const content = contentLength > 0 ? [copyOf(bytes, request.contentStart, request.end)] : [];
      const answer = perform(command, content, service.store);
      if (answer instanceof Promise) {
        this.#running = true;
        answer.then(this.#onAnswer, this.#onProblem);
      } else this.#answer(answer);
    } catch (error) {
      this.#refuse(error);
    }
  }

  readonly #onAnswer = (answer: Answer): void => {
    this.#running = false;
    try {
      this.#answer(answer);
    } catch (error) {
      this.#refuse(error);
    }
    this.#settle();
  };

  readonly #onProblem = (error: unknown): void => {
    this.#running = false;
    this.#refuse(error);
    this.#settle();
  };

  /** @throws Problem 503 when there is no room for the content */
  #answer({ status, headers, body }: Answer): void {
    if (!(body instanceof Uint8Array))
      throw new TypeError('a range is not plain, and all else is whole');
    this.#hold(body.length);
    this.#send(status, headers, body);
  }

  #refuse(error: unknown): void {
    const problem = problemOf(error);
    if (needsOperator(problem)) this.#options.report(problem.cause);
    this.#closing ||= problem.closes;
    const { status, headers, body } = problemAnswer(problem);
    this.#send(status, headers, body);
  }

  #send(status: number, headers: Answer['headers'], body: Uint8Array): void {
    if (this.#socket.destroyed) return;
    this.#closing ||= this.#options.service.draining;
    this.#outgoing.add(status, headers, body, this.#closing);
  }

  /** Goes on, once no request runs and the answers are with the kernel. */
  #settle(): void {
    const socket = this.#socket;
    this.#outgoing.flush();
    if (this.#running || this.#flushing) return;
    if (socket.writableLength > 0 && !socket.destroyed) {
      this.#flushing = true;
      this.#mayStall = true;
      socket.setTimeout(this.#options.limits.stallMs);
      // Behind all that waits: called when that is out, or the connection is gone.
      socket.write(nothing, this.#onFlushed);
      return;
    }
    this.#release();
    if (this.#closing) endLingering(socket, this.#options.limits.lingerMs);
    else if (this.#ended) socket.end();
    else if (socket.isPaused()) socket.resume();
  }

  readonly #onFlushed = (): void => {
    this.#flushing = false;
    this.#settle();
  };

  #hold(bytes: number): void {
    this.#options.memory.take(bytes);
    this.#heldBytes += bytes;
  }

  #release(): void {
    const { running, memory, limits } = this.#options;
    for (; this.#requests > 0; this.#requests--) running.end();
    memory.give(this.#heldBytes);
    this.#heldBytes = 0;
    if (this.#mayStall) this.#socket.setTimeout(limits.keepAliveMs);
    this.#mayStall = false;
  }

  /** Lets go of the connection. */
  #handOver(unread: Buffer): void {
    this.#handedOver = true;
    this.#leaving = false;
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('timeout', this.#onTimeout);
    socket.off('error', this.#onError).off('close', this.#onClose);
    // While it flows, what is put back would come out at once.
    socket.pause();
    socket.unshift(unread);
    this.#options.handOver(socket);
    socket.resume();
  }

  readonly #onEnd = (): void => {
    this.#ended = true;
    if (!this.#busy && !this.#leaving) this.#socket.end();
  };

  readonly #onTimeout = (): void => {
    // The end has a time limit of its own.
    if (this.#closing && !this.#flushing) return;
    if (!this.#begun) {
      this.#closing = true;
      this.#refuse(lateRequest());
      this.#settle();
    } else if (!this.#busy || this.#mayStall) this.#socket.destroy();
    else {
      this.#mayStall = true;
      this.#socket.setTimeout(this.#options.limits.stallMs);
    }
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    if (!this.#running) this.#release();
  };
}
