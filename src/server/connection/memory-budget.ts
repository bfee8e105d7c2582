/** The memory that bodies may take over all connections: what is received, and what waits for a slow reader. */
import { overloaded } from '../api/problem.js';

export class Memory {
  readonly #mostBytes: number;
  #takenBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @throws Problem 503 when there is no room for so many bytes more */
  take(bytes: number): void {
    if (this.#takenBytes + bytes > this.#mostBytes)
      throw overloaded('the server holds too many bodies in memory already; try again later');
    this.#takenBytes += bytes;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}

/** What one request has taken. Released once, when the request is over in either way. */
export class Lease {
  readonly #memory: Memory;
  #bytes = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** @throws Problem 503 when there is no room for so many bytes more */
  take(bytes: number): void {
    this.#memory.take(bytes);
    this.#bytes += bytes;
  }

  /** Gives back a part before the request is over. */
  give(bytes: number): void {
    this.#memory.give(bytes);
    this.#bytes -= bytes;
  }

  release(): void {
    this.give(this.#bytes);
  }
}
