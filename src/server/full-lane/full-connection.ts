/**
 * One client connection of the full lane: the order of its requests, and its end when it can't go on.
 *
 * Invariants: at most one request runs at a time; a refusal of bytes that are no request is told after the answers
 * to all requests before them, once, and then the connection is closed.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from '../../config/limits.js';
import { lateRequest, Problem, problemAnswer } from '../api/problem.js';
import { endLingering } from '../connection/lingering.js';
import type { Heads } from '../connection/response-head.js';

interface Request {
  readonly req: IncomingMessage;
  /** Answers the request. Never rejects. */
  readonly serve: () => Promise<void>;
}

export class Connection {
  readonly #socket: Socket;
  readonly #limits: Pick<Limits, 'maxPipelined' | 'lingerMs'>;
  readonly #heads: Heads;
  readonly #queue: Request[] = [];
  #running: IncomingMessage | undefined;
  /** The request answered last, once none runs. */
  #last: IncomingMessage | undefined;
  #problem: Problem | undefined;
  #closing = false;
  #onProblem: ((problem: Problem) => void) | undefined;

  constructor(socket: Socket, limits: Pick<Limits, 'maxPipelined' | 'lingerMs'>, heads: Heads) {
    this.#socket = socket;
    this.#heads = heads;
    this.#limits = limits;
    socket.on('end', () => {
      // node:http passes over what is wrong with the content of a request that has an Upgrade field, and over its end.
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

  /** Serves the request when those before it are answered. */
  enqueue(request: Request): void {
    if (this.#closing) return;
    this.#queue.push(request);
    if (this.#queue.length >= this.#limits.maxPipelined) this.#socket.pause();
    if (!this.#running) void this.#serveAll();
  }

  /** Called once, if the connection fails while the caller waits for its bytes. Undefined: nobody waits. */
  whileReading(onProblem: ((problem: Problem) => void) | undefined): void {
    this.#onProblem = onProblem;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** The bytes from here on are no request (or none that arrives in time): answers what came before, then says so. */
  fail(problem: Problem): void {
    if (this.#problem) return;
    this.#problem = problem;
    this.#onProblem?.(problem);
    if (!this.#running) this.#end(problem);
    // At the client's end node:http would end the connection with the answer that is still to come, before the refusal.
    else this.#socket.removeAllListeners('end');
  }

  /** Closes the connection once the answer being written is out. */
  closeAfterAnswer(): void {
    this.#closing = true;
    const socket = this.#socket;
    // What node:http calls when the last answer is out.
    socket.destroySoon = () => endLingering(socket, this.#limits.lingerMs);
  }

  async #serveAll(): Promise<void> {
    let request = this.#queue.shift();
    while (request && !this.#closing && this.#socket.writable) {
      this.#running = request.req;
      await request.serve();
      request = this.#queue.shift();
      if (this.#socket.isPaused() && this.#queue.length < this.#limits.maxPipelined / 2)
        this.#socket.resume();
    }
    this.#last = this.#running;
    this.#running = undefined;
    if (this.#problem) this.#end(this.#problem);
  }

  #end(problem: Problem): void {
    if (this.#closing) return;
    // A request whose own body turned out bad has its answer already.
    if (this.#last?.complete === false) this.#closeNow();
    else this.#tell(problem);
  }

  #tell(problem: Problem): void {
    if (!this.#socket.writable) return;
    const { status, headers, body } = problemAnswer(problem);
    this.#socket.cork();
    this.#socket.write(this.#heads.head(status, headers, body.length, true), 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
    this.#closeNow();
  }

  #closeNow(): void {
    this.closeAfterAnswer();
    this.#socket.destroySoon();
  }
}

/** What to tell a client whose bytes llhttp or a time limit refused; undefined if there is nobody left to tell. */
export function parserProblem(
  error: NodeJS.ErrnoException & { reason?: string },
): Problem | undefined {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(
        431,
        'the request line and header fields are too long; send fewer or shorter ones',
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'the chunk extensions are too long; send none');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return lateRequest();
  }
  if (!error.code?.startsWith('HPE_')) return undefined;
  return new Problem(400, `this is no HTTP/1.1 request: ${error.reason ?? error.message}`, {
    cause: error,
  });
}
