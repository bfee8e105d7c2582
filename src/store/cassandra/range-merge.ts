/** Merges the streams of all buckets into one, in the order of keys: a heap of streams. */
import type { BucketStream, Row } from './bucket-stream.js';
import type { Direction } from './statements.js';

export class RangeMerge {
  readonly #streams: BucketStream[];
  readonly #sign: number;
  #heap: BucketStream[] = [];

  constructor(streams: BucketStream[], order: Direction) {
    this.#streams = streams;
    this.#sign = order === 'desc' ? -1 : 1;
  }

  /** Reads the first page of each stream. */
  async begin(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.advance()));
    this.#heap = this.#streams
      .filter(({ row }) => row !== undefined)
      .sort((a, b) => this.#compare(a, b));
  }

  /** The row that comes next; undefined at the end. */
  get row(): Row | undefined {
    return this.#heap[0]?.row;
  }

  /** Goes to the next row. A promise has to be awaited before any other call. */
  advance(): undefined | Promise<void> {
    const arriving = this.#heap[0]?.advance();
    if (arriving) return arriving.then(() => this.#settle());
    this.#settle();
    return undefined;
  }

  /** The first stream has another row, or none. */
  #settle(): void {
    const heap = this.#heap;
    if (heap[0]?.row === undefined) {
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return;
      heap[0] = last;
    }
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      const moved = heap[at] as BucketStream;
      heap[at] = heap[least] as BucketStream;
      heap[least] = moved;
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    return this.#compare(this.#heap[a], this.#heap[b]) < 0;
  }

  #compare(a: BucketStream | undefined, b: BucketStream | undefined): number {
    return this.#sign * Buffer.compare(a?.row?.key as Buffer, b?.row?.key as Buffer);
  }
}
