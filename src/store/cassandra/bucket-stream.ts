/** The rows of one bucket in order, a page at a time; the next page is read ahead. */
import type { Level } from './levels.js';
import type { Requests, Values } from './requests.js';

/** A row of a range. */
export interface Row {
  readonly key: Buffer;
  /** The cell, in a range of records. */
  readonly record?: Buffer;
  /** Seconds that are left of the cell, in a range of keys; null: it stays. */
  readonly ttl?: number | null;
  /** The version of the entity, in a range of keys. */
  readonly version?: bigint;
}

/** How many rows to ask for. It learns from what comes. */
export interface FetchPace {
  rows(): number;
  /** Called with each page. Resolves when its memory may be held. */
  received(rows: readonly Row[]): Promise<number>;
  /** The memory is free again. */
  released(bytes: number): void;
}

interface Page {
  readonly rows: readonly Row[];
  readonly bytes: number;
}

export class BucketStream {
  readonly #requests: Requests;
  readonly #statement: string;
  readonly #values: Values;
  readonly #level: Level;
  readonly #pace: FetchPace;
  #page: Page = { rows: [], bytes: 0 };
  #at = -1;
  #pageState: string | undefined;
  #isLast = false;
  #next: Promise<Page> | undefined;

  constructor(
    requests: Requests,
    statement: string,
    values: Values,
    level: Level,
    pace: FetchPace,
  ) {
    this.#requests = requests;
    this.#statement = statement;
    this.#values = values;
    this.#level = level;
    this.#pace = pace;
  }

  /** Where it stands; undefined: at its end, or before its begin. */
  get row(): Row | undefined {
    return this.#page.rows[this.#at];
  }

  /** Goes to the next row. A promise has to be awaited before any other call. */
  advance(): undefined | Promise<void> {
    this.#at++;
    const { rows } = this.#page;
    // The rest of a page lasts until the next one is there.
    if (!this.#isLast && !this.#next && rows.length - this.#at <= rows.length / 4) this.#fetch();
    return this.#at < rows.length || !this.#next ? undefined : this.#turn(this.#next);
  }

  #fetch(): void {
    this.#next = this.#read();
    // Nobody waits for it yet.
    this.#next.catch(() => {});
  }

  async #read(): Promise<Page> {
    const page = { fetchSize: this.#pace.rows(), pageState: this.#pageState };
    const read = await this.#requests.read<Row>(this.#statement, this.#values, this.#level, page);
    this.#pageState = read.pageState;
    this.#isLast = read.pageState === undefined;
    return { rows: read.rows, bytes: await this.#pace.received(read.rows) };
  }

  async #turn(next: Promise<Page>): Promise<void> {
    const page = await next;
    this.#pace.released(this.#page.bytes);
    this.#page = page;
    this.#at = 0;
    this.#next = undefined;
    // A page of deleted rows alone is empty.
    if (page.rows.length > 0 || this.#isLast) return;
    this.#fetch();
    if (this.#next) await this.#turn(this.#next);
  }
}
