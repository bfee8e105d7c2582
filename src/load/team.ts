/** The generator threads of a run: starts them, brings them through its phases together, and ends them. */
import { Worker } from 'node:worker_threads';
import { ScriptError } from './errors.js';
import type { FromThread, ThreadStart, ToThread } from './generator/messages.js';
import { withPreciseSleep } from './generator/timer-slack.js';

type Kind = FromThread['kind'];
type Message<K extends Kind> = Extract<FromThread, { kind: K }>;

export class Team {
  readonly #workers: readonly Worker[];
  /** The last message of each kind, by thread. */
  readonly #said = new Map<Kind, Map<number, FromThread>>();
  #failure: Error | undefined;
  /** Called whenever a thread has said something, or failed. */
  readonly #waiting = new Set<() => void>();

  /** @param onMessage called for each message of a thread, in order */
  constructor(starts: readonly ThreadStart[], onMessage: (thread: number, message: FromThread) => void) {
    const file = new URL('./generator/thread.js', import.meta.url);
    this.#workers = withPreciseSleep(() =>
      starts.map((start) => {
        return new Worker(file, { workerData: start, transferList: start.line ? [start.line.port] : [] });
      }),
    );
    for (const [thread, worker] of this.#workers.entries()) {
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'failed') return this.#fail(toError(message));
        onMessage(thread, message);
        const said = this.#said.get(message.kind) ?? new Map<number, FromThread>();
        this.#said.set(message.kind, said.set(thread, message));
        this.#notify();
      });
      worker.on('error', (error) => this.#fail(error as Error));
      worker.on('exit', (code) =>
        this.#fail(new Error(`generator thread ${thread} ended with code ${code}`)),
      );
    }
  }

  post(message: ToThread): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }

  /**
   * What each thread said of this kind, in order of threads, once all have.
   * @throws what a thread failed with, or a ScriptError if one is silent for longer than the limit
   */
  all<K extends Kind>(kind: K, limitMs: number): Promise<readonly Message<K>[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(
          new ScriptError(`a generator thread has hung for ${limitMs / 1000} s; does the script loop?`),
        );
      }, limitMs);
      const look = () => {
        const said = this.#said.get(kind);
        if (!this.#failure && said?.size !== this.#workers.length) return;
        this.#waiting.delete(look);
        clearTimeout(timer);
        if (this.#failure) reject(this.#failure);
        else resolve(this.#workers.map((_, thread) => said?.get(thread) as Message<K>));
      };
      this.#waiting.add(look);
      look();
    });
  }

  async end(): Promise<void> {
    // Whoever still waits for a message, with a timer that keeps the process alive, waits in vain.
    this.#fail(new Error('the run is over'));
    await Promise.all(this.#workers.map((worker) => worker.removeAllListeners('exit').terminate()));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#notify();
  }

  #notify(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function toError({ name, message }: Message<'failed'>): Error {
  return name === 'ScriptError' ? new ScriptError(message) : new Error(message);
}
