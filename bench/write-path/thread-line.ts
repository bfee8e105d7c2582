/** A line to a worker thread of the bench: a message out, a reply back, in order. A thread that dies fails what it was asked. */
import { Worker } from 'node:worker_threads';

export type Reply<T> = { readonly value: T } | { readonly error: string };

export class ThreadLine<Request, Value> {
  readonly #worker: Worker;
  readonly #wake: Int32Array | undefined;
  readonly #waiting: { resolve(value: Value): void; reject(error: Error): void }[] = [];

  /** @param wake a shared cell on which the thread sleeps, if it sleeps on one and not in its event loop */
  constructor(file: URL, workerData: unknown, wake?: Int32Array) {
    this.#wake = wake;
    this.#worker = new Worker(file, { workerData });
    this.#worker.on('message', (reply: Reply<Value>) => {
      const waiting = this.#waiting.shift();
      if ('error' in reply) waiting?.reject(new Error(reply.error));
      else waiting?.resolve(reply.value);
    });
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error('the thread ended')));
  }

  ask(request: Request, transfer: ArrayBuffer[] = []): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request, transfer);
      if (!this.#wake) return;
      Atomics.add(this.#wake, 0, 1);
      Atomics.notify(this.#wake, 0);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #die(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error as Error);
  }
}
