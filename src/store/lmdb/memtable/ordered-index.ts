/**
 * Places of entries, in order of their keys. A place says where an entry begins in memory that the
 * index does not own. Nothing here is on V8's heap but some hundred arrays, so an index of a
 * hundred thousand entries costs the garbage collector nothing.
 *
 * The shape is a list of sorted blocks: a search takes one binary search among the first entries of
 * the blocks and one in a block. An insertion moves half a block at most.
 */

/** Reads the keys of entries. */
export interface Keys {
  /** The memory that places point into. */
  readonly memory: Uint8Array;
  /** The offset of the key of the entry at a place, and its length. */
  keyStart(place: number): number;
  keyLength(place: number): number;
}

const blockEntries = 512;

interface Block {
  readonly places: Int32Array;
  count: number;
}

export class OrderedIndex {
  readonly #keys: Keys;
  #blocks: Block[] = [];
  /** Blocks of an earlier fill, to be used again. */
  #spare: Block[] = [];
  #size = 0;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  get size(): number {
    return this.#size;
  }

  /** The place of the entry with this key; -1: there is none. */
  get(key: Uint8Array): number {
    if (this.#size === 0) return -1;
    const block = this.#blocks[this.#blockOf(key)] as Block;
    const at = this.#lowerBound(block, key);
    if (at === block.count) return -1;
    const place = block.places[at] as number;
    return this.compare(key, place) === 0 ? place : -1;
  }

  /** Puts the entry at a place under its key, instead of the one that is there. */
  set(place: number): void {
    const start = this.#keys.keyStart(place);
    const key = this.#keys.memory.subarray(start, start + this.#keys.keyLength(place));
    if (this.#blocks.length === 0) this.#blocks.push(this.#newBlock());
    const isHighest = this.#isAboveAll(key);
    const number = isHighest ? this.#blocks.length - 1 : this.#blockOf(key);
    const block = this.#blocks[number] as Block;
    const at = isHighest ? block.count : this.#lowerBound(block, key);
    if (at < block.count && this.compare(key, block.places[at] as number) === 0) {
      block.places[at] = place;
      return;
    }
    this.#size++;
    block.places.copyWithin(at + 1, at, block.count);
    block.places[at] = place;
    block.count++;
    if (block.count === blockEntries) this.#split(number, at === block.count - 1);
  }

  clear(): void {
    for (const block of this.#blocks) {
      block.count = 0;
      this.#spare.push(block);
    }
    this.#blocks = [];
    this.#size = 0;
  }

  /**
   * The places from a bound on, upwards or downwards. The index must not change in that time.
   * @param from undefined: from the end of the order
   * @param isIncluded whether an entry with this key counts
   */
  *places(
    from: Uint8Array | undefined,
    isIncluded: boolean,
    isDescending: boolean,
  ): Generator<number> {
    if (this.#size === 0) return;
    const step = isDescending ? -1 : 1;
    let number = isDescending ? this.#blocks.length - 1 : 0;
    let at = isDescending ? (this.#blocks[number] as Block).count - 1 : 0;
    if (from) {
      number = this.#blockOf(from);
      const block = this.#blocks[number] as Block;
      at = this.#lowerBound(block, from);
      const isThere = at < block.count && this.compare(from, block.places[at] as number) === 0;
      if (isDescending ? !(isThere && isIncluded) : isThere && !isIncluded) at += step;
    }
    for (; ; number += step) {
      const block = this.#blocks[number];
      if (block === undefined) return;
      for (; at >= 0 && at < block.count; at += step) yield block.places[at] as number;
      at = isDescending ? (this.#blocks[number - 1]?.count ?? 0) - 1 : 0;
    }
  }

  /** All places in order. */
  toArray(): Int32Array<ArrayBuffer> {
    const all = new Int32Array(this.#size);
    let at = 0;
    for (const { places, count } of this.#blocks) {
      all.set(places.subarray(0, count), at);
      at += count;
    }
    return all;
  }

  /** Rising keys fill the blocks; others leave both halves space. */
  #split(number: number, isRising: boolean): void {
    const block = this.#blocks[number] as Block;
    const kept = isRising ? blockEntries - 1 : blockEntries / 2;
    const next = this.#newBlock();
    next.places.set(block.places.subarray(kept, block.count));
    next.count = block.count - kept;
    block.count = kept;
    this.#blocks.splice(number + 1, 0, next);
  }

  #newBlock(): Block {
    return this.#spare.pop() ?? { places: new Int32Array(blockEntries), count: 0 };
  }

  /** Whether the key is behind all others. Rising keys are then found by one comparison. */
  #isAboveAll(key: Uint8Array): boolean {
    const { places, count } = this.#blocks[this.#blocks.length - 1] as Block;
    return count > 0 && this.compare(key, places[count - 1] as number) > 0;
  }

  /** The last block whose first key is not above the key; 0 if there is none. */
  #blockOf(key: Uint8Array): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const first = (this.#blocks[middle] as Block).places[0] as number;
      if (this.compare(key, first) < 0) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  /** The first entry of the block whose key is not below the key. */
  #lowerBound({ places, count }: Block, key: Uint8Array): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(key, places[middle] as number) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Below 0: the key is lower than that of the entry. For short keys faster than Buffer's. */
  compare(key: Uint8Array, place: number): number {
    const { memory } = this.#keys;
    const start = this.#keys.keyStart(place);
    const length = this.#keys.keyLength(place);
    const shared = Math.min(key.length, length);
    for (let at = 0; at < shared; at++) {
      const difference = (key[at] as number) - (memory[start + at] as number);
      if (difference !== 0) return difference;
    }
    return key.length - length;
  }
}
