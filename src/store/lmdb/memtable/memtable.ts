/**
 * The newest writes, which LMDB may not have yet: those of the active segment, and those of the one
 * that is on its way into LMDB. A read looks here before it looks there.
 */
import { readHead, readRecord } from '../../record.js';
import type { Entity } from '../../store.js';
import type { Entries } from '../journal/entry.js';
import type { Slot } from '../journal/slots.js';
import { OrderedIndex } from './ordered-index.js';

/** The newest entry of each key in one segment. */
export class Layer {
  readonly entries: Entries;
  readonly index: OrderedIndex;
  readonly #slots: ReadonlyMap<number, Slot>;

  /** @param slots those that the entries refer to, by number */
  constructor(entries: Entries, slots: ReadonlyMap<number, Slot>) {
    this.entries = entries;
    this.#slots = slots;
    this.index = new OrderedIndex(entries);
  }

  /** Takes the entries of a frame. */
  add(start: number, end: number): void {
    for (let place = start; place < end; place = this.entries.next(place)) this.index.set(place);
  }

  /** The value of an entry, if it lies in a slot. */
  largeValue(place: number): Buffer | undefined {
    const reference = this.entries.slotOf(place);
    if (reference === undefined) return undefined;
    const { slot, offset, bytes } = reference;
    return this.#slots.get(slot)?.memory.subarray(offset, offset + bytes);
  }
}

/**
 * The entity of an entry; undefined if it was deleted or has expired. A large value is a view of
 * memory that does not change any more; another is a copy.
 */
export function entityAt(
  { layer, place }: Found,
  key: Uint8Array,
  now: () => number,
): Entity | undefined {
  const record = layer.entries.record(place);
  if (record === undefined) return undefined;
  const value = layer.largeValue(place);
  return value ? readHead(key, record, value, now) : readRecord(key, record, now, true);
}

export interface Found {
  readonly layer: Layer;
  readonly place: number;
}

export class Memtable {
  /** From the newest to the oldest. Each key's newest entry is in the first layer that has it. */
  #layers: Layer[] = [];

  get layers(): readonly Layer[] {
    return this.#layers;
  }

  get isEmpty(): boolean {
    for (const { index } of this.#layers) if (index.size > 0) return false;
    return true;
  }

  /** The newest entry of the key; undefined: LMDB knows. */
  find(key: Uint8Array): Found | undefined {
    for (const layer of this.#layers) {
      if (layer.index.size === 0) continue;
      const place = layer.index.get(key);
      if (place >= 0) return { layer, place };
    }
    return undefined;
  }

  /** Writes go to this layer from now on. */
  push(layer: Layer): void {
    this.#layers.unshift(layer);
  }

  /** LMDB has all of the layer. */
  drop(layer: Layer): void {
    this.#layers = this.#layers.filter((other) => other !== layer);
    layer.index.clear();
  }
}
