/**
 * Removes expired entities in the background, a few at a time, each time in a transaction between
 * two commits. So a great many that expire at once delay a write by one small transaction.
 */
import { StoreError } from '../../store.js';
import type { CheckpointClient } from '../checkpoint/checkpoint-client.js';

const entitiesPerSweep = 256;

export class Sweeper {
  readonly #writer: Pick<CheckpointClient, 'sweep'>;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #stopped = false;
  #removed = 0;

  constructor(writer: Pick<CheckpointClient, 'sweep'>, nowMs: () => number, intervalMs: number) {
    this.#writer = writer;
    this.#nowMs = nowMs;
    this.#timer = setInterval(() => this.#start(), intervalMs).unref();
  }

  /** Entities removed so far. */
  get removed(): number {
    return this.#removed;
  }

  /** Stops; resolves when the sweep under way, if any, is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  #start(): void {
    this.#running ??= this.#sweep().finally(() => {
      this.#running = undefined;
    });
  }

  async #sweep(): Promise<void> {
    let limit = entitiesPerSweep;
    while (!this.#stopped) {
      try {
        const removed = await this.#writer.sweep(Math.floor(this.#nowMs()), limit);
        this.#removed += removed;
        if (removed < limit) return;
        limit = Math.min(2 * limit, entitiesPerSweep);
      } catch (error) {
        // A full disk may have space for fewer. Nobody waits for a sweep; the next write reports a
        // dead writer.
        if (!(error instanceof StoreError) || error.code !== 'full' || limit === 1) return;
        limit = Math.floor(limit / 2);
      }
    }
  }
}
