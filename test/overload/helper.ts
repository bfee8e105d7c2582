/**
 * A process of the trial, the probe or an attacker. It takes messages, and its last one is its
 * result. That it ended before is a result too, so that one scenario cannot end the whole run.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startNode, type Turn } from './scheduling.js';

/** The message of an attacker whose connections are there. */
export const arrivedMessage = 'arrived';

/** The last message, or why there is none. */
export type Ending<T> = { readonly result: T } | { readonly failed: string };

export class Helper<T> {
  readonly #child: ChildProcess;
  readonly #arrived: Promise<void>;
  readonly #ending: Promise<Ending<T>>;

  constructor(turn: Turn, file: string, args: readonly string[]) {
    const child = startNode(turn, fileURLToPath(new URL(file, import.meta.url)), args);
    this.#child = child;
    this.#ending = new Promise((resolve) => {
      child.on('message', (result) => {
        if (result !== arrivedMessage) resolve({ result: result as T });
      });
      child.once('exit', (code, signal) => resolve({ failed: `ended with ${code ?? signal}` }));
      child.on('error', ({ message }) => resolve({ failed: `failed: ${message}` }));
    });
    this.#arrived = new Promise((resolve) => {
      child.on('message', (message) => {
        if (message === arrivedMessage) resolve();
      });
    });
  }

  send(message: string): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** Waits until it has arrived or ended, or for so long. */
  async arrival(maxMs: number): Promise<void> {
    await within(maxMs, Promise.race([this.#arrived, this.#ending]), undefined);
  }

  /** Asks for its result, and waits for it so long. */
  async end(message: string, maxMs: number): Promise<Ending<T>> {
    this.send(message);
    const failed = `did not end within ${maxMs} ms`;
    const ending = await within<Ending<T>>(maxMs, this.#ending, { failed });
    this.kill();
    return ending;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

async function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  return Promise.race([work, sleep(ms, otherwise, { ref: false })]);
}
