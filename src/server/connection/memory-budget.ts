/** The memory for content of all connections: received, or waiting for a slow reader. */
import { overloaded } from '../api/problem.js';

export class MemoryBudget {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws Problem 503 when so many bytes more do not fit */
  take(bytes: number): void {
    if (this.#takenBytes + bytes > this.#maxBytes)
      throw overloaded('the server holds too much content in memory already; try again later');
    this.#takenBytes += bytes;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}

/** The share of one request. Released once, when the request is over. */
export class Reservation {
  readonly #budget: MemoryBudget;
  #bytes = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** @throws Problem 503 when so many bytes more do not fit */
  take(bytes: number): void {
    this.#budget.take(bytes);
    this.#bytes += bytes;
  }

  /** Gives back a part before the request is over. */
  give(bytes: number): void {
    this.#budget.give(bytes);
    this.#bytes -= bytes;
  }

  release(): void {
    this.give(this.#bytes);
  }
}
