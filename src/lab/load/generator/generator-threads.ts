/** The generator threads of a run: starts them, brings them through its phases, and ends them. */
import { Worker } from 'node:worker_threads';
import { workerExecArgv } from '../../../config/worker-exec-argv.js';
import { ScriptError, ScriptExit } from '../load-errors.js';
import type { FromThread, ThreadStart, ToThread } from './messages.js';
import { withPreciseSleep } from './timer-slack.js';
import { Watchdog } from './watchdog.js';

type Kind = FromThread['kind'];
type Message<K extends Kind> = Extract<FromThread, { kind: K }>;

/** Longest silence of a thread in the run: a request() that takes so long counts as endless. */
const defaultSilenceMs = 30_000;

export class GeneratorThreads {
  readonly #onMessage: (thread: number, message: FromThread) => void;
  readonly #silenceMs: number;
  readonly #workers: Worker[] = [];
  /** The last message of each kind, by thread. */
  readonly #received = new Map<Kind, Map<number, FromThread>>();
  #scripted = false;
  #failure: Error | undefined;
  /** Called whenever a thread has sent something, or failed. */
  readonly #waiting = new Set<() => void>();
  #watchdog: Watchdog | undefined;
  #checking: NodeJS.Timeout | undefined;

  /** @param onMessage called for each message of a thread, in order */
  constructor(
    onMessage: (thread: number, message: FromThread) => void,
    silenceMs = defaultSilenceMs,
  ) {
    this.#onMessage = onMessage;
    this.#silenceMs = silenceMs;
  }

  start(starts: readonly ThreadStart[]): void {
    const file = new URL('./thread.js', import.meta.url);
    this.#scripted = starts.some(({ script }) => script);
    withPreciseSleep(() => {
      for (const start of starts) {
        const transferList = start.script ? [start.script.line.port] : [];
        this.#workers.push(
          new Worker(file, { workerData: start, transferList, ...workerExecArgv() }),
        );
      }
    });
    for (const [thread, worker] of this.#workers.entries()) {
      worker.on('message', (message: FromThread) => this.#receive(thread, message));
      worker.on('error', (error) => this.#fail(error as Error));
      worker.on('exit', (code) =>
        this.#fail(new Error(`generator thread ${thread} ended with code ${code}`)),
      );
    }
  }

  post(message: ToThread): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }

  /** Each thread's message of this kind, in order. @throws what one failed with, or its silence */
  all<K extends Kind>(kind: K, limitMs: number): Promise<readonly Message<K>[]> {
    return this.#from([...this.#workers.keys()], kind, limitMs);
  }

  /** Runs the init() of one thread's script. @throws as {@link all} */
  async prepare(thread: number, limitMs: number): Promise<void> {
    this.#workers[thread]?.postMessage({ kind: 'prepare' } satisfies ToThread);
    await this.#from([thread], 'prepared', limitMs);
  }

  /** From this time of performance.now() on, a thread that does not send every second fails. */
  watch(fromMs: number): void {
    const watchdog = new Watchdog(this.#workers.length, fromMs, this.#silenceMs);
    this.#watchdog = watchdog;
    this.#checking = setInterval(() => {
      const found = watchdog.check(performance.now());
      if (found === undefined) return;
      const silent = `has said nothing for ${(found.silentMs / 1000).toFixed(1)} s`;
      this.#fail(
        this.#hung(
          `generator thread ${found.thread} ${silent}`,
          'request(), response() or delay()',
        ),
      );
    }, 1000);
  }

  async end(): Promise<void> {
    clearInterval(this.#checking);
    // Ends all waiting for messages, whose timers would keep the process alive.
    this.#fail(new Error('the run is over'));
    await Promise.all(this.#workers.map((worker) => worker.removeAllListeners('exit').terminate()));
  }

  #receive(thread: number, message: FromThread): void {
    if (message.kind === 'failed') {
      const kind = message.name === 'ScriptError' ? ScriptError : Error;
      const { exitCode } = message;
      this.#fail(exitCode === undefined ? new kind(message.message) : new ScriptExit(exitCode));
      return;
    }
    if (message.kind === 'finished') this.#watchdog?.ended(thread);
    else this.#watchdog?.received(thread, performance.now());
    this.#onMessage(thread, message);
    const received = this.#received.get(message.kind) ?? new Map<number, FromThread>();
    this.#received.set(message.kind, received.set(thread, message));
    this.#notify();
  }

  #from<K extends Kind>(
    threads: readonly number[],
    kind: K,
    limitMs: number,
  ): Promise<Message<K>[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const silent = threads.filter((thread) => !this.#received.get(kind)?.has(thread));
        const who = `${silent.length} of ${this.#workers.length} generator threads`;
        this.#fail(this.#hung(`${who} not ${kind} within ${limitMs / 1000} s`, 'one of its hooks'));
      }, limitMs);
      const look = () => {
        const received = this.#received.get(kind);
        if (!this.#failure && !threads.every((thread) => received?.has(thread))) return;
        this.#waiting.delete(look);
        clearTimeout(timer);
        if (this.#failure) reject(this.#failure);
        else resolve(threads.map((thread) => received?.get(thread) as Message<K>));
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** @param hooks where a script may be, if there is one */
  #hung(what: string, hooks: string): Error {
    if (this.#scripted) return new ScriptError(`${what}: does the script loop, in ${hooks}?`);
    return new Error(`${what}: is the machine overloaded?`);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#notify();
  }

  #notify(): void {
    for (const look of [...this.#waiting]) look();
  }
}
