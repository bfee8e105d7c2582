/** Sends statements: in turn, at a level, by a deadline, and with errors in the Store's words. */

import { Attempts } from './attempts.js';
import { speculativeDelayMs } from './client.js';
import type { Client, Driver } from './driver.js';
import { late, storeErrorOf } from './errors.js';
import type { Level } from './levels.js';
import type { Turns } from './turns.js';

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
    await this.#run(statement, values, level, true);
  }

  /** One page of rows. @throws StoreError as {@link write} does */
  async read<Row>(
    statement: string,
    values: Values,
    level: Level,
    page?: PageOptions,
  ): Promise<Rows<Row>> {
    const { rows, pageState } = await this.#run(statement, values, level, false, page);
    return { rows: (rows ?? []) as unknown as Row[], pageState: pageState || undefined };
  }

  async #run(
    statement: string,
    values: Values,
    { consistency, needed }: Level,
    isWrite: boolean,
    page?: PageOptions,
  ) {
    const { driver, client, turns, timeoutMs } = this.#parts;
    await turns.begin();
    const attempts = new Attempts();
    const beganMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const request = () => {
      // A request without a response is begun once more after that time.
      const isSentOnce = attempts.retries === 0 && performance.now() - beganMs < speculativeDelayMs;
      return { isWrite, needed, isSentOnce };
    };
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        attempts.isOver = true;
        reject(late(request(), timeoutMs));
      }, timeoutMs);
    });
    try {
      const { policy: retry } = attempts;
      const fetchSize = page && { fetchSize: page.fetchSize };
      const pageState = page?.pageState === undefined ? {} : { pageState: page.pageState };
      const options = { consistency, retry, ...fetchSize, ...pageState };
      return await Promise.race([client.execute(statement, [...values], options), deadline]);
    } catch (error) {
      throw storeErrorOf(driver, error, request());
    } finally {
      clearTimeout(timer);
      turns.end();
    }
  }
}
