/** A process that replies to messages one by one, and is started again if it ends. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface Ended {
  /** How the process ended: its signal or code, or `hung`. */
  readonly ended: string;
  readonly stderr: string;
}

const hungMs = 120_000;

export class Peer {
  readonly #script: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #ended: Promise<Ended> | undefined;
  #stderr = '';

  constructor(script: string, env: Readonly<Record<string, string>> = {}) {
    this.#script = script;
    this.#env = env;
  }

  /** All that the process has written to standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The reply, or how the process ended. */
  async ask<Reply>(request: object): Promise<Reply | Ended> {
    const child = this.#process ?? (await this.#start());
    this.#stderr = '';
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<Ended>((resolve) => {
      timer = setTimeout(() => resolve({ ended: 'hung', stderr: this.#stderr }), hungMs);
    });
    const reply = new Promise<Reply>((resolve) =>
      child.once('message', (message) => resolve(message as Reply)),
    );
    child.send(request);
    const result = await Promise.race([reply, this.#ended as Promise<Ended>, hung]);
    clearTimeout(timer);
    if (typeof result === 'object' && result !== null && 'ended' in result) this.stop();
    return result;
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(this.#script, {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#ended = once(child, 'close').then(([code, signal]) => {
      return { ended: String(signal ?? code), stderr: this.#stderr };
    });
    await Promise.race([
      once(child, 'message'),
      this.#ended.then(({ stderr }) => {
        throw new Error(`${this.#script} did not start: ${stderr}`);
      }),
    ]);
    return child;
  }
}
