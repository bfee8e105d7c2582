/**
 * Calls from one thread to another that block the caller: Lua's functions must return their result,
 * not a promise of it. The called thread's event loop must be alive; a caller never waits longer
 * than its limit.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** One end of a line between two threads; its port must be in the transfer list. */
export interface LineEnd {
  readonly port: MessagePort;
  /** Counts responses; the caller sleeps on it. */
  readonly responses: SharedArrayBuffer;
}

interface Call {
  readonly id: number;
  readonly request: unknown;
}

type Response = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly problem: string }
);

export function openLine(): { caller: LineEnd; responder: LineEnd } {
  const { port1, port2 } = new MessageChannel();
  const responses = new SharedArrayBuffer(4);
  return { caller: { port: port1, responses }, responder: { port: port2, responses } };
}

export class BlockingCaller {
  readonly #port: MessagePort;
  readonly #responses: Int32Array;
  readonly #limitMs: number;
  #calls = 0;

  constructor({ port, responses }: LineEnd, limitMs: number) {
    this.#port = port;
    this.#responses = new Int32Array(responses);
    this.#limitMs = limitMs;
    port.unref();
  }

  /** @throws Error with the other side's message, or about the time limit */
  call(request: unknown): unknown {
    const call: Call = { id: ++this.#calls, request };
    this.#port.postMessage(call);
    const endsAt = performance.now() + this.#limitMs;
    while (true) {
      const seen = Atomics.load(this.#responses, 0);
      for (
        let got = receiveMessageOnPort(this.#port);
        got;
        got = receiveMessageOnPort(this.#port)
      ) {
        const response = got.message as Response;
        // A lower number belongs to a call that was given up.
        if (response.id !== call.id) continue;
        if ('problem' in response) throw new Error(response.problem);
        return response.result;
      }
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0)
        throw new Error(`no response from the other thread within ${this.#limitMs / 1000} s`);
      Atomics.wait(this.#responses, 0, seen, leftMs);
    }
  }

  close(): void {
    this.#port.close();
  }
}

/** Serves calls for as long as the thread lives; does not keep it alive. */
export function serveCalls(
  { port, responses }: LineEnd,
  serve: (request: never) => unknown | Promise<unknown>,
): void {
  const count = new Int32Array(responses);
  const reply = (message: Response) => {
    port.postMessage(message);
    Atomics.add(count, 0, 1);
    Atomics.notify(count, 0);
  };
  port.on('message', async ({ id, request }: Call) => {
    try {
      reply({ id, result: await serve(request as never) });
    } catch (error) {
      reply({ id, problem: error instanceof Error ? error.message : String(error) });
    }
  });
  port.unref();
}
