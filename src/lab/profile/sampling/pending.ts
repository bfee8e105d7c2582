/**
 * Commands on their way to another thread or process, answered by number; all of them fail when the
 * way is cut.
 */

interface Waiting {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly method?: string;
  readonly params?: unknown;
}

export class Pending {
  readonly #send: (text: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(params: never) => void>>();
  readonly #lost = new AbortController();
  #last = 0;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  post<Result>(method: string, params: object = {}): Promise<Result> {
    if (this.lost.aborted) return Promise.reject(this.lost.reason as Error);
    this.#last++;
    const id = this.#last;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { method, resolve: resolve as (result: unknown) => void, reject });
      this.#send(JSON.stringify({ id, method, params }));
    });
  }

  on(event: string, listener: (params: never) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  receive(text: string): void {
    const { id, result, error, method, params } = JSON.parse(text) as Message;
    if (id === undefined)
      for (const listener of this.#listeners.get(method ?? '') ?? []) listener(params as never);
    else {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(new Error(`${waiting.method}: ${error.message}`));
      else waiting?.resolve(result);
    }
  }

  /** Nothing will be answered any more. */
  lose(reason: Error): void {
    this.#lost.abort(reason);
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
