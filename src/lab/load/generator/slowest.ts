/**
 * Keeps the slowest of any number of requests, and how many there were beside them. Nothing is sorted until there are twice as
 * many as are kept; and after a stall the slowest come first, so that most of the others are turned away by one comparison.
 */

export interface Taken<Request> {
  /** In no order. */
  readonly requests: readonly Request[];
  /** Others, all of them faster than these or as fast. */
  readonly unlisted: number;
}

export class Slowest<Request extends { readonly latencyUs: number }> {
  readonly #most: number;
  #requests: Request[] = [];
  #unlisted = 0;
  /** What is faster cannot be among the slowest. */
  #leastUs = 0;

  /** @param most how many are kept */
  constructor(most: number) {
    this.#most = most;
  }

  add(request: Request): void {
    if (request.latencyUs < this.#leastUs) {
      this.#unlisted++;
      return;
    }
    this.#requests.push(request);
    if (this.#requests.length === 2 * this.#most) this.#drop();
  }

  /** Counts some that another has not kept. */
  addUnlisted(count: number): void {
    this.#unlisted += count;
  }

  /** What there is; it begins anew. */
  take(): Taken<Request> {
    if (this.#requests.length > this.#most) this.#drop();
    const taken = { requests: this.#requests, unlisted: this.#unlisted };
    this.#requests = [];
    this.#unlisted = 0;
    this.#leastUs = 0;
    return taken;
  }

  #drop(): void {
    this.#requests.sort((a, b) => b.latencyUs - a.latencyUs);
    this.#unlisted += this.#requests.length - this.#most;
    this.#requests.length = this.#most;
    this.#leastUs = this.#requests.at(-1)?.latencyUs ?? 0;
  }
}
