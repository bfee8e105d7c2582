/**
 * The content of a request as it comes, at the pace of its reader. All that came since the last
 * step is one piece.
 */
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../api/problem.js';
import { ClientGone } from '../connection/client-gone.js';
import { GrowingBuffer } from '../connection/growing-buffer.js';
import type { FullConnection } from './full-connection.js';

/** The connection is not read while so much waits. It may be one read more. */
const maxWaitingBytes = 64 * 1024;

export class ContentPieces implements AsyncIterableIterator<Buffer> {
  readonly #req: IncomingMessage;
  readonly #connection: FullConnection;
  readonly #onOver: (isWhole: boolean) => void;
  readonly #waiting = new GrowingBuffer(Number.POSITIVE_INFINITY);
  #isOver = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /**
   * Listens until the content is over, or stop() is called.
   * @param onOver called then, with whether all of the content has come
   */
  constructor(
    req: IncomingMessage,
    connection: FullConnection,
    onOver: (isWhole: boolean) => void,
  ) {
    this.#req = req;
    this.#connection = connection;
    this.#onOver = onOver;
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
    while (this.#waiting.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#waiting.length === 0) {
      if (this.#failure) throw this.#failure;
      return { value: undefined, done: true };
    }
    const value = this.#waiting.take();
    if (!this.#isOver) this.#connection.pauseContent(false);
    return { value, done: false };
  }

  async return(): Promise<IteratorResult<Buffer>> {
    this.stop();
    return { value: undefined, done: true };
  }

  /** Ends the iteration. The rest of the content is not kept. */
  stop(): void {
    this.#waiting.clear();
    this.#end(undefined, false);
  }

  readonly #onData = (piece: Buffer): void => {
    this.#connection.pieces++;
    this.#waiting.add(piece);
    if (this.#waiting.length >= maxWaitingBytes) this.#connection.pauseContent(true);
    this.#wake?.();
  };

  #onProblem(problem: Problem): void {
    // A whole request is served, whatever follows it.
    if (this.#req.complete) return;
    // The pieces before the bad bytes may have been read or not yet, by chance.
    while (this.#req.read() !== null);
    this.#end(problem, false);
  }

  readonly #onEnd = (): void => this.#end(undefined, true);

  readonly #onClose = (): void =>
    this.#end(new ClientGone('the connection was closed within the request'), false);

  #end(failure: Error | undefined, isWhole: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#req.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    this.#connection.whileReading(undefined);
    this.#connection.pauseContent(false);
    this.#onOver(isWhole);
    this.#wake?.();
  }
}
