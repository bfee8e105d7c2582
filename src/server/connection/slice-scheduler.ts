/**
 * Round robin over the requests whose work is not small: ranges, and contents of more than
 * `pieceBytes`. They take time slices out of one budget per turn of the event loop, however many
 * they are, so a request for one entity never waits for all of them.
 *
 * Invariants: slices are given in the check phase, behind the poll phase in which the turn's
 * requests and new connections were served. At most one budget is spent per turn. A request that
 * asks again goes to the end of the queue. A slice is the microtasks that follow its grant: a
 * client that waits for its reader, or for the disk, holds up nobody.
 */
import type { Limits } from '../../config/limits.js';
import { ClientGone } from './client-gone.js';

/** A socket, as far as it matters here. */
interface Client {
  readonly destroyed: boolean;
}

interface Waiting {
  readonly client: Client;
  resolve(ms: number): void;
  reject(error: ClientGone): void;
}

/** Where time comes from. Tests script it. */
export interface TurnClock {
  /** Milliseconds from any fixed moment. */
  now(): number;
  /** Calls back in the check phase of this turn; if it has begun, in that of the next one. */
  onTurn(callback: () => void): void;
  /** Calls back when the microtasks queued so far, and all that they queue, are done. */
  onIdle(callback: () => void): void;
}

const eventLoop: TurnClock = {
  now: () => performance.now(),
  onTurn: setImmediate,
  // The queue of ticks is looked at when that of microtasks is empty.
  onIdle: (callback) => queueMicrotask(() => process.nextTick(callback)),
};

/** So many slices make a turn's budget if each is used up. */
const slicesPerTurn = 2;

export class SliceScheduler {
  readonly #turnMs: number;
  readonly #sliceMs: number;
  readonly #before: () => void;
  readonly #clock: TurnClock;
  readonly #waiting: Waiting[] = [];
  /** A turn will come, or is under way. */
  #armed = false;
  #turnEndsMs = 0;

  /**
   * @param before called before the slices of a turn: sends the responses that it has so far
   */
  constructor({ bulkTurnMs }: Pick<Limits, 'bulkTurnMs'>, before: () => void, clock = eventLoop) {
    this.#turnMs = bulkTurnMs;
    this.#sliceMs = bulkTurnMs / slicesPerTurn;
    this.#before = before;
    this.#clock = clock;
  }

  /**
   * Resolves when the client's next slice begins, to how long it may take, in ms.
   * @throws ClientGone if its socket is destroyed by then
   */
  slice(client: Client): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ client, resolve, reject });
      if (this.#armed) return;
      this.#armed = true;
      this.#clock.onTurn(this.#turn);
    });
  }

  readonly #turn = (): void => {
    this.#before();
    this.#turnEndsMs = this.#clock.now() + this.#turnMs;
    this.#grant();
  };

  #grant(): void {
    let next = this.#waiting.shift();
    while (next?.client.destroyed) {
      next.reject(new ClientGone('the connection was closed within the request'));
      next = this.#waiting.shift();
    }
    next?.resolve(this.#sliceMs);
    if (next) this.#clock.onIdle(this.#afterSlice);
    else this.#armed = false;
  }

  readonly #afterSlice = (): void => {
    if (this.#waiting.length === 0) this.#armed = false;
    else if (this.#clock.now() + this.#sliceMs <= this.#turnEndsMs) this.#grant();
    else this.#clock.onTurn(this.#turn);
  };
}
