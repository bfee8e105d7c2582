/**
 * Writes on the event loop, which stands still until the disk has each transaction. It is there to be compared with: what group commit
 * in a thread of its own buys shows against it.
 */

import type { StoreError } from '../../store.js';
import type { Environment } from '../file/environment.js';
import { full } from '../file/preallocation.js';
import { decodeBatch } from './batch.js';
import { monotonicMs, tellCommit } from './commit-channel.js';
import { commitFitting } from './partial-commit.js';
import { saysFull, Transactions } from './transactions.js';
import { failed, type Refusal, type Writer } from './writer.js';

export class BlockingWriter implements Writer {
  readonly merges = false;
  readonly #transactions: Transactions;
  #failure: StoreError | undefined;

  constructor(env: Environment, folder: string) {
    this.#transactions = new Transactions(env, folder);
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }

  async commit(
    batch: ArrayBuffer,
    writes: number,
    ceiling: number | undefined,
  ): Promise<Refusal | undefined> {
    if (this.#failure) throw this.#failure;
    const beganMs = monotonicMs();
    try {
      const unfit = commitFitting(this.#transactions, decodeBatch(batch), ceiling);
      tellCommit(beganMs, monotonicMs(), writes);
      return unfit && { places: unfit.places, error: full(new Error(unfit.message)) };
    } catch (error) {
      this.#failure = failed((error as Error).message);
      throw this.#failure;
    }
  }

  async sweep(nowMs: number, limit: number): Promise<number> {
    if (this.#failure) throw this.#failure;
    try {
      return this.#transactions.sweep(nowMs, limit);
    } catch (error) {
      if (saysFull(error)) throw full(error as Error);
      const failure = failed((error as Error).message);
      if (this.#transactions.broken) this.#failure = failure;
      throw failure;
    }
  }

  /** The environment is the store's, which closes it. */
  async close(): Promise<void> {}
}
