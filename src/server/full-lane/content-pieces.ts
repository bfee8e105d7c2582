/** The content of a request piece by piece, at the pace of its reader. */
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.js';
import { ClientGone } from '../connection/client-gone.js';
import type { FullConnection } from './full-connection.js';

/** The connection is not read while so much waits. It may be one read more. */
const maxWaitingBytes = 64 * 1024;

export class ContentPieces implements AsyncIterableIterator<Buffer> {
  readonly #req: IncomingMessage;
  readonly #connection: FullConnection;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** Listens until the content is over, or stop() is called. */
  constructor(req: IncomingMessage, connection: FullConnection) {
    this.#req = req;
    this.#connection = connection;
    connection.whileReading((problem) => this.#onProblem(problem));
    req.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose);
    if (connection.problem) this.#onProblem(connection.problem);
    else if (req.destroyed && !req.complete) this.#onClose();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws Problem of the connection; ClientGone */
  async next(): Promise<IteratorResult<Buffer>> {
    while (this.#pieces.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const [piece] = this.#pieces;
    if (piece === undefined) {
      if (this.#failure) throw this.#failure;
      return { value: undefined, done: true };
    }
    const whole = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#bytes = 0;
    if (!this.#isOver) this.#connection.hold(false);
    return { value: whole, done: false };
  }

  async return(): Promise<IteratorResult<Buffer>> {
    this.stop();
    return { value: undefined, done: true };
  }

  /** Ends the iteration. The rest of the content is not kept. */
  stop(): void {
    this.#pieces = [];
    this.#end(undefined);
  }

  readonly #onData = (piece: Buffer): void => {
    this.#connection.pieces++;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes >= maxWaitingBytes) this.#connection.hold(true);
    this.#wake?.();
  };

  #onProblem(problem: Problem): void {
    // A whole request is served, whatever follows it.
    if (this.#req.complete) return;
    // The pieces before the bad bytes may have been read or not yet, by chance.
    while (this.#req.read() !== null);
    this.#end(problem);
  }

  readonly #onEnd = (): void => this.#end(undefined);

  readonly #onClose = (): void =>
    this.#end(new ClientGone('the connection was closed within the request'));

  #end(failure: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#req.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.#connection.whileReading(undefined);
    this.#connection.hold(false);
    this.#wake?.();
  }
}
