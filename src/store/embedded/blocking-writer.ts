/**
 * Writes on the event loop, which stands still until the disk has each transaction. It is there to be compared with: what group commit
 * in a thread of its own buys shows against it.
 */
import { decodeBatch } from './batch.js';
import { tellCommit } from './commit-event.js';
import type { Environment } from './environment.js';
import { commitFitting } from './fitting.js';
import { full } from './room.js';
import { saysFull, Transactions } from './transactions.js';
import { failed, type Refusal, type Writer } from './writer.js';

export class BlockingWriter implements Writer {
  readonly failure = undefined;
  readonly merges = false;
  readonly #transactions: Transactions;

  constructor(env: Environment, folder: string) {
    this.#transactions = new Transactions(env, folder);
  }

  async commit(
    batch: ArrayBuffer,
    writes: number,
    ceiling: number | undefined,
  ): Promise<Refusal | undefined> {
    const beganMs = performance.now();
    let stored = false;
    try {
      const steps = [...decodeBatch(batch)];
      const unfit = translate(() => commitFitting(this.#transactions, steps, ceiling));
      stored = true;
      return unfit && { places: unfit.places, error: full(new Error(unfit.message)) };
    } finally {
      tellCommit(beganMs, writes, stored);
    }
  }

  async sweep(nowMs: number, limit: number): Promise<number> {
    return translate(() => this.#transactions.sweep(nowMs, limit));
  }

  /** The environment is the store's, which closes it. */
  async close(): Promise<void> {}
}

function translate<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw saysFull(error) ? full(error as Error) : failed((error as Error).message);
  }
}
