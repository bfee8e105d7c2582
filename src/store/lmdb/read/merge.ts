/** A range over LMDB and the memtable: the newest entry of each key, in order. */
import type { Layer, Memtable } from '../memtable/memtable.js';
import { leftOut } from './large-records.js';
import type { Span } from './span.js';

/** A key, and its record unless only keys are read. The bytes stay as they are. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** @param tree the entries of LMDB in the span. Its cursor is closed with this. */
export function* merge(
  tree: Iterable<Entry>,
  memtable: Memtable,
  span: Span,
): Generator<Entry, void, undefined> {
  const direction = span.isDescending ? -1 : 1;
  const stored = tree[Symbol.iterator]();
  const cursors = memtable.layers.map((layer) => new LayerCursor(layer, span));
  try {
    let below = stored.next();
    let above = newestOf(cursors, direction);
    while (!below.done || above) {
      let order = -1;
      if (above) order = below.done ? 1 : above.compare(below.value.key) * direction;
      if (order < 0) {
        yield below.value as Entry;
        below = stored.next();
        continue;
      }
      if (order === 0) below = stored.next();
      const entry = above?.entry();
      if (entry) yield entry;
      pass(cursors, above?.key as Buffer);
      above = newestOf(cursors, direction);
    }
  } finally {
    stored.return?.();
  }
}

/** The first of the next keys. An earlier layer has the newer entry of a key. */
function newestOf(cursors: readonly LayerCursor[], direction: number): LayerCursor | undefined {
  let first: LayerCursor | undefined;
  for (const cursor of cursors)
    if (cursor.key && (!first?.key || cursor.key.compare(first.key) * direction < 0))
      first = cursor;
  return first;
}

/** Moves the cursors that are at the key. */
function pass(cursors: readonly LayerCursor[], key: Buffer): void {
  for (const cursor of cursors) if (cursor.key?.equals(key)) cursor.next();
}

/** Goes over the entries of a layer in a span. */
class LayerCursor {
  readonly #layer: Layer;
  readonly #span: Span;
  readonly #places: Iterator<number, void>;
  #place = -1;
  /** A view of the key; undefined: it is at the end. */
  key: Buffer | undefined;

  constructor(layer: Layer, span: Span) {
    const { low, high, after, isDescending } = span;
    const from = after ?? (isDescending ? high : low);
    const isIncluded = !isDescending && after === undefined;
    this.#layer = layer;
    this.#span = span;
    this.#places = layer.index.places(from, isIncluded, isDescending);
    this.next();
  }

  next(): void {
    const { done, value } = this.#places.next();
    if (done || this.#isBehind(value)) {
      this.key = undefined;
      return;
    }
    this.#place = value;
    this.key = this.#layer.entries.key(value);
  }

  /** Below 0: the other key is lower than the one here. */
  compare(key: Uint8Array): number {
    return this.#layer.index.compare(key, this.#place);
  }

  /** A copy of the entry here; undefined: the key was deleted. */
  entry(): Entry | undefined {
    const { entries } = this.#layer;
    const record = entries.record(this.#place);
    if (record === undefined) return undefined;
    return {
      key: Buffer.from(entries.key(this.#place)),
      value: this.#layer.largeValue(this.#place) ? leftOut : Buffer.from(record),
    };
  }

  #isBehind(place: number): boolean {
    const { low, high, isDescending } = this.#span;
    const { index } = this.#layer;
    if (isDescending) return index.compare(low, place) > 0;
    return high !== undefined && index.compare(high, place) <= 0;
  }
}
