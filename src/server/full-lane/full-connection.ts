/**
 * One client connection of the full lane: the order of its requests, and its end.
 *
 * Invariants: at most one request runs at a time. Bytes that are not a request are refused once,
 * after the responses to all requests before them; then the connection is closed.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type Limits, maxRequestsPerTurn } from '../../config/limits.js';
import { Problem, problemResponse } from '../api/problem.js';
import type { Connection, Connections } from '../connection/connections.js';
import type { LaneOptions } from '../connection/lane.js';
import { endLingering } from '../connection/lingering.js';
import type { ResponseHead } from '../connection/response-head.js';

interface Request {
  readonly req: IncomingMessage;
  /** Resolves when the request has its response. Never rejects. */
  readonly serve: () => Promise<void>;
}

export class FullConnection implements Connection {
  readonly #socket: Socket;
  readonly #limits: Pick<Limits, 'maxPipelined' | 'lingerMs'>;
  readonly #responseHead: ResponseHead;
  readonly #connections: Connections;
  #idleSince: number;
  readonly #queue: Request[] = [];
  #running: IncomingMessage | undefined;
  /** The last request that ran, once none runs. */
  #last: IncomingMessage | undefined;
  #problem: Problem | undefined;
  #closing = false;
  #onProblem: ((problem: Problem) => void) | undefined;

  constructor(
    socket: Socket,
    { limits, connections }: Pick<LaneOptions, 'limits' | 'connections'>,
    responseHead: ResponseHead,
  ) {
    this.#socket = socket;
    this.#responseHead = responseHead;
    this.#limits = limits;
    this.#connections = connections;
    this.#idleSince = connections.stamp();
    connections.own(socket, this);
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
    if (this.#closing) return;
    this.#queue.push(request);
    if (this.#queue.length >= this.#limits.maxPipelined) this.#socket.pause();
    if (!this.#running) void this.#serveAll();
  }

  /** Called once if the connection fails while the caller waits for bytes; undefined: none does. */
  whileReading(onProblem: ((problem: Problem) => void) | undefined): void {
    this.#onProblem = onProblem;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  get idleSince(): number | undefined {
    return this.busy ? undefined : this.#idleSince;
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

  /** Closes the connection once the current response is out. */
  closeAfterResponse(): void {
    this.#closing = true;
    const socket = this.#socket;
    // node:http calls this when the last response is out.
    socket.destroySoon = () => endLingering(socket, this.#limits.lingerMs);
  }

  async #serveAll(): Promise<void> {
    let request = this.#queue.shift();
    for (let served = 1; request && !this.#closing && this.#socket.writable; served++) {
      this.#running = request.req;
      await request.serve();
      // All of this may have been one turn of the event loop, in which no other client was heard.
      if (served % maxRequestsPerTurn === 0) await turn();
      request = this.#queue.shift();
      if (this.#socket.isPaused() && this.#queue.length < this.#limits.maxPipelined / 2)
        this.#socket.resume();
    }
    this.#last = this.#running;
    this.#running = undefined;
    this.#idleSince = this.#connections.stamp();
    if (this.#problem) this.#end(this.#problem);
  }

  #end(problem: Problem): void {
    if (this.#closing) return;
    // A request whose own content was bad has its response already.
    if (this.#last?.complete === false) this.#closeNow();
    else this.#respond(problem);
  }

  #respond(problem: Problem): void {
    if (!this.#socket.writable) return;
    const { status, headers, content } = problemResponse(problem);
    this.#socket.cork();
    this.#socket.write(this.#responseHead.format(status, headers, content.length, true), 'latin1');
    this.#socket.write(content);
    this.#socket.uncork();
    this.#closeNow();
  }

  #closeNow(): void {
    this.closeAfterResponse();
    this.#socket.destroySoon();
  }
}
