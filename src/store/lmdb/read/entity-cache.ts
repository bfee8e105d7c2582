/**
 * Small entities that were read lately, in memory of a fixed size outside of V8's heap, so that the garbage collector has nothing to do
 * with them. LMDB's search goes down a tree and through its pages, each step to memory that the CPU does not have at hand; here it is two.
 *
 * Invariant: what is kept is the newest state of the tree. So nothing is kept of a key while a write of it is with the writer: until
 * that has settled its reads go to the tree, as all would without a cache. And a key is kept once: what is forgotten is all that there is.
 *
 * The stats is that of MICA (Lim et al., NSDI 2014, § 4.3): a circular log, where a new entity takes the place of the oldest ones,
 * and a lossy index, where a full bucket forgets one of its own.
 *
 *     log     entities, each at a multiple of 8 bytes: [hash i32][key length u16][value length u16][version f64][key][value]
 *     index   buckets of 4 × [hash i32][place i32]: the place in the log in units of 8 bytes, from 1; 0 is none
 *     held    for each bucket, how many writes of its keys are with the writer
 */
import type { Entity } from '../../store.js';

const unit = 8;
const headerBytes = 16;
const bucketWords = 4 * 2;
/** Of key, value and header. A larger one pushes many out, and the search is a small part of its time. */
const largestBytes = 2048;
/** The size, with header, of which the log holds as many as the index. Some buckets are full long before the index is. */
const usualBytes = 64;

export class EntityCache {
  readonly #log: Buffer;
  readonly #words: Int32Array;
  readonly #versions: Float64Array;
  readonly #index: Int32Array;
  readonly #held: Uint32Array;
  /** In units: where the next entity goes. */
  #head = 0;
  /** In units: entities of the lap before stand from here to `end`. */
  #oldest = 0;
  #end = 0;
  /** Which of its own the next full bucket forgets: its place in the bucket. */
  #turn = 0;

  /** @param bytes the size of the log; index and counts are a seventh to two sevenths more. What is not used yet takes no memory. Less than 2 KiB: nothing is kept */
  constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes < largestBytes ? 0 : bytes - (bytes % unit));
    this.#log = Buffer.from(buffer);
    this.#words = new Int32Array(buffer);
    this.#versions = new Float64Array(buffer);
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(1, (bytes / usualBytes / bucketWords) * 2)));
    this.#index = new Int32Array(buckets * bucketWords);
    this.#held = new Uint32Array(buckets);
  }

  /** What is kept of the key. The value is a copy. */
  get(key: Uint8Array): Entity | undefined {
    if (this.#log.length === 0) return undefined;
    const at = this.#find(key, hashOf(key));
    if (at < 0) return undefined;
    const place = (this.#index[at + 1] as number) - 1;
    const start = place * unit + headerBytes + key.length;
    const value = Buffer.allocUnsafe((this.#words[place * 2 + 1] as number) >>> 16);
    this.#log.copy(value, 0, start, start + value.length);
    return { key, value, version: this.#versions[place + 1] as number };
  }

  /** Keeps what was read from the tree's newest state. What is kept of the key already is the same, and stays: two reads that waited for the disk together bring it twice. */
  set({ key, value, version }: Entity): void {
    const bytes = headerBytes + key.length + value.length;
    if (bytes > largestBytes || this.#log.length === 0) return;
    const hash = hashOf(key);
    if ((this.#held[this.#bucket(hash)] as number) > 0 || this.#find(key, hash) >= 0) return;
    const units = Math.ceil(bytes / unit);
    const place = this.#allocate(units);
    this.#words[place * 2] = hash;
    this.#words[place * 2 + 1] = key.length | (value.length << 16);
    this.#versions[place + 1] = version;
    this.#log.set(key, place * unit + headerBytes);
    this.#log.set(value, place * unit + headerBytes + key.length);
    const at = this.#slotFor(hash);
    this.#index[at] = hash;
    this.#index[at + 1] = place + 1;
  }

  /**
   * A write of the key goes to the writer: what is kept is forgotten, and nothing is kept until it is released.
   * @returns what {@link release} takes
   */
  invalidate(key: Uint8Array): number {
    const hash = hashOf(key);
    const bucket = this.#bucket(hash);
    this.#held[bucket] = (this.#held[bucket] as number) + 1;
    const at = this.#find(key, hash);
    if (at >= 0) this.#index[at + 1] = 0;
    return bucket;
  }

  /** That write has settled, and reads see the state after it. */
  settle(held: number): void {
    this.#held[held] = (this.#held[held] as number) - 1;
  }

  #bucket(hash: number): number {
    return hash & (this.#held.length - 1);
  }

  /** Where the index has the key; -1 if nowhere. */
  #find(key: Uint8Array, hash: number): number {
    const first = this.#bucket(hash) * bucketWords;
    for (let at = first; at < first + bucketWords; at += 2)
      if (this.#index[at] === hash && this.#index[at + 1] !== 0 && this.#isKey(at, key)) return at;
    return -1;
  }

  #isKey(at: number, key: Uint8Array): boolean {
    const place = (this.#index[at + 1] as number) - 1;
    if (((this.#words[place * 2 + 1] as number) & 0xffff) !== key.length) return false;
    const start = place * unit + headerBytes;
    for (let i = 0; i < key.length; i++) if (this.#log[start + i] !== key[i]) return false;
    return true;
  }

  /** A place of the index in the hash's bucket: a free one, or one after the other. */
  #slotFor(hash: number): number {
    const first = this.#bucket(hash) * bucketWords;
    for (let at = first; at < first + bucketWords; at += 2)
      if (this.#index[at + 1] === 0) return at;
    this.#turn = (this.#turn + 2) % bucketWords;
    return first + this.#turn;
  }

  /** Takes so many units at the head of the log. @returns where they begin */
  #allocate(units: number): number {
    if ((this.#head + units) * unit > this.#log.length) {
      while (this.#oldest < this.#end) this.#forgetOldest();
      this.#end = this.#head;
      this.#oldest = 0;
      this.#head = 0;
    }
    while (this.#oldest < this.#end && this.#oldest < this.#head + units) this.#forgetOldest();
    const place = this.#head;
    this.#head += units;
    return place;
  }

  #forgetOldest(): void {
    const place = this.#oldest;
    const first = this.#bucket(this.#words[place * 2] as number) * bucketWords;
    for (let at = first; at < first + bucketWords; at += 2)
      if (this.#index[at + 1] === place + 1) this.#index[at + 1] = 0;
    const lengths = this.#words[place * 2 + 1] as number;
    this.#oldest += Math.ceil((headerBytes + (lengths & 0xffff) + (lengths >>> 16)) / unit);
  }
}

/** FNV-1a, its bits mixed once more so that the last ones can choose a bucket. */
export function hashOf(key: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ (key[at] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}
