/**
 * How setup() and done(), which run in the main thread, reach the states of the workers:
 * thread:get, thread:set, thread:stop and thread.addr. The main thread blocks until the worker has
 * responded.
 */
import type { Address } from './address.js';
import { BlockingCaller, type LineEnd, serveCalls } from './blocking.js';

/** A thread as setup() and done() see it, wherever it runs. */
export interface ScriptThread {
  /** A global of the thread's state: a plain value, copied. */
  getGlobal(name: string): unknown;
  setGlobal(name: string, value: unknown): void;
  /** Where the thread connects to instead of the URL's address. */
  threadAddress: Address | undefined;
  /** Ends the thread's run. */
  stop(): void;
}

type Request =
  | { readonly kind: 'get'; readonly name: string }
  | { readonly kind: 'set'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'address' }
  | { readonly kind: 'set-address'; readonly address: Address | undefined }
  | { readonly kind: 'stop' };

/** A worker that computes longer than this without a break is taken for dead. */
const responseLimitMs = 10_000;

/** In the worker: lets the main thread reach this thread's state. */
export function serveThread(thread: ScriptThread, end: LineEnd): void {
  serveCalls(end, (request: Request) => {
    switch (request.kind) {
      case 'get':
        return thread.getGlobal(request.name);
      case 'set':
        return thread.setGlobal(request.name, request.value);
      case 'address':
        return thread.threadAddress;
      case 'set-address':
        thread.threadAddress = request.address;
        return undefined;
      case 'stop':
        return thread.stop();
    }
  });
}

/** In the main thread: a worker's state. */
export class RemoteThread implements ScriptThread {
  readonly #caller: BlockingCaller;

  constructor(end: LineEnd, limitMs = responseLimitMs) {
    this.#caller = new BlockingCaller(end, limitMs);
  }

  getGlobal(name: string): unknown {
    return this.#call({ kind: 'get', name });
  }

  setGlobal(name: string, value: unknown): void {
    this.#call({ kind: 'set', name, value });
  }

  get threadAddress(): Address | undefined {
    return this.#call({ kind: 'address' }) as Address | undefined;
  }

  set threadAddress(address: Address | undefined) {
    this.#call({ kind: 'set-address', address });
  }

  stop(): void {
    this.#call({ kind: 'stop' });
  }

  /** Lets the worker's event loop end. */
  close(): void {
    this.#caller.close();
  }

  #call(request: Request): unknown {
    return this.#caller.call(request);
  }
}
