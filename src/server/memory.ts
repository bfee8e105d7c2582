/** The memory that bodies may take over all connections: what is received, and what waits for a slow reader. */
import { overloaded } from './problem.js';

export class Memory {
  readonly #most: number;
  #taken = 0;

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  lease(): Lease {
    return new Lease(
      (bytes) => {
        if (this.#taken + bytes > this.#most)
          throw overloaded('the server holds too many bodies in memory already; try again later');
        this.#taken += bytes;
      },
      (bytes) => {
        this.#taken -= bytes;
      },
    );
  }
}

/** What one request has taken. Released once, when the request is over in either way. */
export class Lease {
  readonly #take: (bytes: number) => void;
  readonly #give: (bytes: number) => void;
  #bytes = 0;

  constructor(take: (bytes: number) => void, give: (bytes: number) => void) {
    this.#take = take;
    this.#give = give;
  }

  /** @throws Problem 503 when there is no room for so many bytes more */
  take(bytes: number): void {
    this.#take(bytes);
    this.#bytes += bytes;
  }

  /** Gives back a part before the request is over. */
  give(bytes: number): void {
    this.#give(bytes);
    this.#bytes -= bytes;
  }

  release(): void {
    this.give(this.#bytes);
  }
}
