/** The range of a sorted map, to compare a store's with. */
import { expect } from 'vitest';
import type { Store } from '#dist/store/store.js';
import { keysAlone, pages } from './factory.js';

/** Bounds and keys as latin1 text. */
interface Range {
  readonly start: string;
  readonly end?: string;
  readonly after?: string;
  readonly limit?: number;
  readonly order?: 'asc' | 'desc';
}

/** Compares a range of the store, or its keys alone, with what the model says. */
export async function compareRange(
  model: ReadonlyMap<string, Buffer>,
  store: Store,
  { start, end, after, limit, order = 'asc' }: Range,
  keysOnly: boolean,
): Promise<void> {
  const options = {
    start: latin1(start),
    order,
    ...(end !== undefined && { end: latin1(end) }),
    ...(after !== undefined && { after: latin1(after) }),
    ...(limit !== undefined && { limit }),
  };
  const isBehind = (id: string) =>
    after === undefined || (order === 'asc' ? id > after : id < after);
  const sorted = [...model]
    .filter(([id]) => id >= start && (end === undefined || id < end) && isBehind(id))
    .sort(([a], [b]) => (a < b === (order === 'asc') ? -1 : 1))
    .slice(0, limit);
  if (keysOnly) {
    expect(await keysAlone(store, options)).toEqual(sorted.map(([id]) => latin1(id)));
  } else {
    const found = (await pages(store, options)).flat();
    expect(found.map((each) => [Buffer.from(each.key), Buffer.from(each.value)])).toEqual(
      sorted.map(([id, value]) => [latin1(id), value]),
    );
  }
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
