/** Sends statements: in turn, at a level, by a deadline, and with errors in the Store's words. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryOptions, types } from 'cassandra-driver';
import { StoreError } from '../store.js';
import { Attempts } from './attempts.js';
import { speculativeDelayMs } from './client.js';
import type { Client, Driver } from './driver.js';
import { isWithoutNode, late, storeErrorOf } from './errors.js';
import type { Level } from './levels.js';
import type { Turns } from './turns.js';

const betweenSendsMs = 100;

export type Values = readonly (Uint8Array | number | bigint)[];

export interface Rows<Row> {
  readonly rows: readonly Row[];
  /** Where the next page begins; undefined: there is none. */
  readonly pageState: string | undefined;
}

export interface PageOptions {
  readonly fetchSize: number;
  readonly pageState?: string | undefined;
}

export interface RequestParts {
  readonly driver: Driver;
  readonly client: Client;
  readonly turns: Turns;
  readonly timeoutMs: number;
}

export class Requests {
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  /** @throws StoreError `too-few-replicas`, `replica-failed`, `overloaded` */
  async write(statement: string, values: Values, level: Level): Promise<void> {
    const { client } = this.#parts;
    await this.#run(level, true, (options) => client.execute(statement, [...values], options));
  }

  /**
   * Sends writes of one partition as one.
   * @param isCopied whether a copy goes to a second node if the first one is slow, or gone. For
   *   much at once it would double the load when there is too much of it.
   * @throws StoreError as {@link write} does; some may be written
   */
  async writeTogether(
    statement: string,
    rows: readonly Values[],
    level: Level,
    isCopied: boolean,
  ): Promise<void> {
    const queries = rows.map((values) => ({ query: statement, params: [...values] }));
    const { client } = this.#parts;
    await this.#run(level, true, (options) =>
      client.batch(queries, { ...options, logged: false, prepare: true, isIdempotent: isCopied }),
    );
  }

  /** One page of rows. @throws StoreError as {@link write} does */
  async read<Row>(
    statement: string,
    values: Values,
    level: Level,
    page?: PageOptions,
  ): Promise<Rows<Row>> {
    const { client } = this.#parts;
    const fetchSize = page && { fetchSize: page.fetchSize };
    const begin = page?.pageState === undefined ? {} : { pageState: page.pageState };
    const { rows, pageState } = await this.#run(level, false, (options) =>
      client.execute(statement, [...values], { ...options, ...fetchSize, ...begin }),
    );
    return { rows: (rows ?? []) as unknown as Row[], pageState: pageState || undefined };
  }

  async #run(
    { consistency, needed }: Level,
    isWrite: boolean,
    send: (options: QueryOptions) => Promise<types.ResultSet>,
  ) {
    const { driver, turns, timeoutMs } = this.#parts;
    const queuedMs = performance.now();
    await turns.begin();
    const attempts = new Attempts();
    const beganMs = performance.now();
    if (beganMs - queuedMs > timeoutMs) {
      turns.end();
      throw new StoreError('overloaded', 'the cluster is too slow for all requests that wait');
    }
    let timer: NodeJS.Timeout | undefined;
    const request = () => {
      // A request without a response is begun once more after that time.
      const isCopied = performance.now() - beganMs >= speculativeDelayMs;
      return { isWrite, needed, isLost: attempts.retries > 0, isCopied };
    };
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        attempts.isOver = true;
        reject(attempts.withoutNode ?? late(request(), timeoutMs));
      }, timeoutMs);
    });
    try {
      const { policy: retry } = attempts;
      const execute = () => send({ consistency, retry });
      return await Promise.race([this.#untilNode(execute, attempts), deadline]);
    } catch (error) {
      throw storeErrorOf(driver, error, request());
    } finally {
      clearTimeout(timer);
      turns.end();
    }
  }

  /**
   * Sends a request again while no node can be asked, until its deadline. In between the driver
   * connects to nodes that are back, and those that were slow may respond.
   */
  async #untilNode<T>(send: () => Promise<T>, attempts: Attempts): Promise<T> {
    for (;;) {
      try {
        attempts.withoutNode = undefined;
        return await send();
      } catch (error) {
        if (!isWithoutNode(this.#parts.driver, error)) throw error;
        attempts.withoutNode = error;
        await sleep(betweenSendsMs);
        if (attempts.isOver) throw error;
      }
    }
  }
}
