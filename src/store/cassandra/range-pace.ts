/**
 * How many rows a stream of a range asks for. A page of few rows makes many requests, and one of
 * many rows holds memory: the streams of all buckets have a page each.
 */
import { pieceBytes } from '../../config/limits.js';
import type { Allowance } from '../store.js';
import type { FetchPace, Row } from './bucket-stream.js';

/** Bytes of the pages of all streams, together, once the size of rows is known. */
const maxHeldBytes = 8 * 1024 * 1024;
/** The driver decodes a page in one go, and no other request is served then. */
const maxRows = 256;
/** While the size of rows is not known. */
const maxFirstRows = 10;

export class RangePace implements FetchPace {
  readonly #buckets: number;
  /** So many rows that most ranges with a limit need one page of each bucket. */
  readonly #wanted: number;
  readonly #allowance: Allowance | undefined;
  #rows = 0;
  #bytes = 0;

  constructor(buckets: number, limit: number, allowance: Allowance | undefined) {
    this.#buckets = buckets;
    this.#wanted = Math.ceil((1.5 * limit) / buckets) + 4;
    this.#allowance = allowance;
  }

  rows(): number {
    if (this.#rows === 0) return Math.min(this.#wanted, maxFirstRows);
    const average = this.#bytes / this.#rows;
    const affordable = Math.floor(maxHeldBytes / this.#buckets / average);
    return Math.max(1, Math.min(this.#wanted, maxRows, affordable));
  }

  async received(rows: readonly Row[]): Promise<number> {
    let bytes = 0;
    for (const { key, record } of rows) bytes += key.length + (record?.length ?? 0);
    this.#rows += rows.length;
    this.#bytes += bytes;
    if (bytes <= pieceBytes) return 0;
    await this.#allowance?.take(bytes);
    return bytes;
  }

  released(bytes: number): void {
    if (bytes > 0) this.#allowance?.give(bytes);
  }
}
