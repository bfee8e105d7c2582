/** A range over LMDB and the memtable: the newest entry of each key, in order. */
import type { Layer, Memtable } from '../memtable/memtable.js';
import { leftOut } from './large-records.js';
import type { Span } from './span.js';

/** A key, and its record unless only keys are read. The bytes stay as they are. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

interface Newest {
  readonly key: Buffer;
  readonly layer: Layer;
  readonly place: number;
}

/** @param tree the entries of LMDB in the span. Its cursor is closed with this. */
export function* merge(
  tree: Iterable<Entry>,
  memtable: Memtable,
  span: Span,
): Generator<Entry, void, undefined> {
  const direction = span.isDescending ? -1 : 1;
  const stored = tree[Symbol.iterator]();
  const newest = newestOf(memtable.layers, span);
  try {
    let below = stored.next();
    let above = newest.next();
    while (!below.done || !above.done) {
      const order =
        below.done || above.done
          ? Number(Boolean(below.done)) - Number(Boolean(above.done))
          : below.value.key.compare(above.value.key) * direction;
      if (order < 0) {
        yield below.value as Entry;
        below = stored.next();
        continue;
      }
      if (order === 0) below = stored.next();
      const entry = entryOf(above.value as Newest);
      if (entry) yield entry;
      above = newest.next();
    }
  } finally {
    stored.return?.();
  }
}

/** Undefined: the key was deleted. */
function entryOf({ key, layer, place }: Newest): Entry | undefined {
  const record = layer.entries.record(place);
  if (record === undefined) return undefined;
  return {
    key: Buffer.from(key),
    value: layer.largeValue(place) ? leftOut : Buffer.from(record),
  };
}

/** The newest entry of each key in the layers. */
function* newestOf(layers: readonly Layer[], span: Span): Generator<Newest, void, undefined> {
  const direction = span.isDescending ? -1 : 1;
  const cursors = layers.map((layer) => entriesIn(layer, span));
  const heads = cursors.map((cursor) => cursor.next());
  for (;;) {
    let first: Newest | undefined;
    for (const head of heads) {
      // In an earlier layer is the newer entry.
      if (head.done) continue;
      if (!first || head.value.key.compare(first.key) * direction < 0) first = head.value;
    }
    if (first === undefined) return;
    yield first;
    for (const [number, head] of heads.entries())
      if (!head.done && head.value.key.equals(first.key))
        heads[number] = (cursors[number] as ReturnType<typeof entriesIn>).next();
  }
}

function* entriesIn(layer: Layer, span: Span): Generator<Newest, void, undefined> {
  const { low, high, after, isDescending } = span;
  const from = after ?? (isDescending ? high : low);
  const isIncluded = !isDescending && after === undefined;
  for (const place of layer.index.places(from, isIncluded, isDescending)) {
    const key = layer.entries.key(place);
    if (isDescending ? key.compare(low) < 0 : high && key.compare(high) >= 0) return;
    yield { key, layer, place };
  }
}
