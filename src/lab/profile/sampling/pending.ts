/** Commands on their way to another thread or process; all of them fail when the way is cut. */
import type { InspectorConnection } from './inspector-connection.js';

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

  connection(close: () => void): InspectorConnection {
    return {
      post: (method, params) => this.#post(method, params),
      on: (event, listener) => this.#on(event, listener),
      lost: this.#lost.signal,
      close,
    };
  }

  #post<Result>(method: string, params: object = {}): Promise<Result> {
    const { aborted, reason } = this.#lost.signal;
    if (aborted) return Promise.reject(reason as Error);
    const id = ++this.#last;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { method, resolve: resolve as (result: unknown) => void, reject });
      this.#send(JSON.stringify({ id, method, params }));
    });
  }

  #on(event: string, listener: (params: never) => void): () => void {
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

  /** No response comes any more. */
  lose(reason: Error): void {
    this.#lost.abort(reason);
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}
