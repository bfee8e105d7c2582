/**
 * Calls from one thread to another that block the caller: Lua's functions must return their result, not a promise of it.
 * The called thread's event loop must be alive; a caller never waits longer than its limit.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** One end of a line between two threads; hand it over with its port in the list of what is transferred. */
export interface LineEnd {
  readonly port: MessagePort;
  /** Counts answers; the caller sleeps on it. */
  readonly answers: SharedArrayBuffer;
}

interface Call {
  readonly id: number;
  readonly request: unknown;
}

type Answer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly problem: string }
);

export function openLine(): { caller: LineEnd; answerer: LineEnd } {
  const { port1, port2 } = new MessageChannel();
  const answers = new SharedArrayBuffer(4);
  return { caller: { port: port1, answers }, answerer: { port: port2, answers } };
}

export class BlockingCaller {
  readonly #port: MessagePort;
  readonly #answers: Int32Array;
  readonly #limitMs: number;
  #calls = 0;

  constructor({ port, answers }: LineEnd, limitMs: number) {
    this.#port = port;
    this.#answers = new Int32Array(answers);
    this.#limitMs = limitMs;
    port.unref();
  }

  /** @throws Error with the other side's message, or about the time limit */
  call(request: unknown): unknown {
    const call: Call = { id: ++this.#calls, request };
    this.#port.postMessage(call);
    const endsAt = performance.now() + this.#limitMs;
    while (true) {
      const seen = Atomics.load(this.#answers, 0);
      for (
        let got = receiveMessageOnPort(this.#port);
        got !== undefined;
        got = receiveMessageOnPort(this.#port)
      ) {
        const answer = got.message as Answer;
        // A lower number answers a call that was given up.
        if (answer.id !== call.id) continue;
        if ('problem' in answer) throw new Error(answer.problem);
        return answer.result;
      }
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0)
        throw new Error(`no answer from the other thread within ${this.#limitMs / 1000} s`);
      Atomics.wait(this.#answers, 0, seen, leftMs);
    }
  }

  close(): void {
    this.#port.close();
  }
}

/** Answers calls for as long as the thread lives; does not keep it alive. */
export function answerCalls(
  { port, answers }: LineEnd,
  answer: (request: never) => unknown | Promise<unknown>,
): void {
  const count = new Int32Array(answers);
  const reply = (message: Answer) => {
    port.postMessage(message);
    Atomics.add(count, 0, 1);
    Atomics.notify(count, 0);
  };
  port.on('message', async ({ id, request }: Call) => {
    try {
      reply({ id, result: await answer(request as never) });
    } catch (error) {
      reply({ id, problem: error instanceof Error ? error.message : String(error) });
    }
  });
  port.unref();
}
