/**
 * One client connection of the full lane: the order of its requests, and its end.
 *
 * Invariants: at most one request runs at a time. Bytes that are not a request are refused once,
 * after the responses to all requests before them; then the connection is closed.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type Limits, maxRequestsPerTurn, minPipelined } from '../../config/limits.js';
import type { RequestFields } from '../api/operations.js';
import { Problem, problemResponse } from '../api/problem.js';
import type { Connection, Connections } from '../connection/connections.js';
import type { LaneOptions } from '../connection/lane.js';
import { endLingering } from '../connection/lingering.js';
import type { ResponseHead } from '../connection/response-head.js';
import type { RequestStatistics } from '../statistics/request-statistics.js';
import { type ReadState, resumeReading } from './sliced-reads.js';

interface Request {
  readonly req: IncomingMessage;
  /** Resolves when the request has its response. Never rejects. */
  readonly serve: () => Promise<void>;
}

/** Requests that wait for an earlier one of their connection, over all connections. */
export interface QueuedRequests {
  count: number;
}

type FullConnectionOptions = Pick<LaneOptions, 'limits' | 'connections' | 'bookkeeping'>;

export class FullConnection implements Connection, ReadState {
  readonly #socket: Socket;
  readonly #limits: Pick<Limits, 'maxPipelined' | 'maxQueuedRequests' | 'lingerMs'>;
  readonly #responseHead: ResponseHead;
  readonly #connections: Connections;
  readonly #statistics: RequestStatistics;
  #idleSince: number;
  readonly #queue: Request[] = [];
  readonly #queued: QueuedRequests;
  #contentIsPaused = false;
  /** Bytes that node:http got, and where the content of the last request ends at most. */
  #slicedBytes = 0;
  #contentEndsAt = 0;
  /** The last request, if its content comes in chunks. */
  #chunked: IncomingMessage | undefined;
  /** Pieces of content that were read. */
  pieces = 0;
  #running: IncomingMessage | undefined;
  /** The last request that ran, once none runs. */
  #last: IncomingMessage | undefined;
  #problem: Problem | undefined;
  #closing = false;
  /** The content of the running request is not read to its end, so nothing is found behind it. */
  #endsAfterResponse = false;
  /** The running request only waits for its client. */
  #resting = false;
  /** The running request is a stream, which may take as long as it likes. */
  streams = false;
  #onProblem: ((problem: Problem) => void) | undefined;

  constructor(
    socket: Socket,
    { limits, connections, bookkeeping }: FullConnectionOptions,
    responseHead: ResponseHead,
    queued: QueuedRequests,
  ) {
    this.#socket = socket;
    this.#responseHead = responseHead;
    this.#limits = limits;
    this.#connections = connections;
    this.#statistics = bookkeeping.statistics;
    this.#idleSince = connections.stamp();
    this.#queued = queued;
    connections.own(socket, this);
    socket.once('close', () => {
      this.#queued.count -= this.#queue.length;
      this.#queue.length = 0;
    });
    socket.on('end', () => {
      // node:http does not report bad or cut content of a request that has an Upgrade field.
      const last = this.#queue.at(-1)?.req ?? this.#running;
      if (last?.complete === false)
        this.fail(
          new Problem(
            400,
            'the connection ended before the content did; send all that was announced',
          ),
        );
    });
  }

  /** Why nothing more can be understood on this connection. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Serves the request after those before it. */
  enqueue(request: Request): void {
    if (this.#closing || this.#socket.destroyed) return;
    this.#queue.push(request);
    this.#queued.count++;
    const fields: RequestFields = request.req.headers;
    this.#contentEndsAt = this.#slicedBytes + Number(fields['content-length'] ?? 0);
    this.#chunked = fields['transfer-encoding'] === undefined ? undefined : request.req;
    // They can't be given back one by one: node:http holds them until the connection is closed.
    if (this.#queued.count > this.#limits.maxQueuedRequests && this.#queue.length > minPipelined)
      this.#socket.destroy();
    if (!this.#running) void this.#serveAll();
  }

  /** Called once if the connection fails while the caller waits for bytes; undefined: none does. */
  whileReading(onProblem: ((problem: Problem) => void) | undefined): void {
    this.#onProblem = onProblem;
  }

  /** While the content that came waits, for memory or for its reader, nothing more is read. */
  pauseContent(isPaused: boolean): void {
    if (this.#contentIsPaused === isPaused) return;
    this.#contentIsPaused = isPaused;
    if (!this.isHeld) resumeReading(this.#socket);
  }

  get isHeld(): boolean {
    return this.#contentIsPaused || this.#queue.length >= this.#limits.maxPipelined;
  }

  get contentLeft(): number | undefined {
    if (this.#chunked?.complete === false) return undefined;
    return Math.max(0, this.#contentEndsAt - this.#slicedBytes);
  }

  onSlice(bytes: number): void {
    this.#slicedBytes += bytes;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  get idleSince(): number | undefined {
    return this.busy && !this.#resting ? undefined : this.#idleSince;
  }

  /**
   * The running request only waits for its client, and the store does nothing for it: its place may
   * be taken.
   * @returns whether that is new
   */
  rest(isResting: boolean): boolean {
    if (isResting === this.#resting) return false;
    if (isResting) this.#idleSince = this.#connections.stamp();
    this.#resting = isResting;
    return true;
  }

  /** The bytes from here on are not a request: refuses them after the responses that come first. */
  fail(problem: Problem): void {
    if (this.#problem) return;
    this.#problem = problem;
    this.#onProblem?.(problem);
    if (!this.#running) this.#end(problem);
    // Otherwise node:http ends a half-closed connection with the next response, before the refusal.
    else this.#socket.removeAllListeners('end');
  }

  /** The same for a response that has begun: node:http would keep the connection open. */
  endAfterResponse(): void {
    this.#endsAfterResponse = true;
  }

  /** Closes the connection once the current response is out. */
  closeAfterResponse(): void {
    this.#closing = true;
    const socket = this.#socket;
    // node:http calls this when the last response is out.
    socket.destroySoon = () => endLingering(socket, this.#limits.lingerMs);
  }

  async #serveAll(): Promise<void> {
    let request = this.#next();
    for (let served = 1; request && !this.#closing && this.#socket.writable; served++) {
      this.#running = request.req;
      await request.serve();
      this.streams = false;
      this.#resting = false;
      // All of this may have been one turn of the event loop, in which no other client was heard.
      if (this.#endsAfterResponse && !this.#socket.destroyed) this.#closeNow();
      if (served % maxRequestsPerTurn === 0) await turn();
      request = this.#next();
      if (this.#socket.isPaused() && !this.isHeld) resumeReading(this.#socket);
    }
    this.#last = this.#running;
    this.#running = undefined;
    this.#idleSince = this.#connections.stamp();
    if (this.#problem) this.#end(this.#problem);
  }

  #next(): Request | undefined {
    const request = this.#queue.shift();
    if (request) this.#queued.count--;
    return request;
  }

  #end(problem: Problem): void {
    if (this.#closing) return;
    // A request whose own content was bad has its response already.
    if (this.#last?.complete === false) this.#closeNow();
    else this.#respond(problem);
  }

  #respond(problem: Problem): void {
    if (!this.#socket.writable) return;
    this.#statistics.count(this.#statistics.rowOf('other'), problem.status);
    const response = problemResponse(problem);
    const { content } = response;
    this.#socket.cork();
    this.#socket.write(this.#responseHead.format(response, content.length, true), 'latin1');
    this.#socket.write(content);
    this.#socket.uncork();
    this.#closeNow();
  }

  #closeNow(): void {
    this.closeAfterResponse();
    this.#socket.destroySoon();
  }
}
