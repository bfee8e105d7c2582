/**
 * Small entities that were read lately, in memory of a fixed size outside of V8's heap, where the
 * garbage collector does not look. A search of LMDB goes down a tree, each step to memory that the
 * CPU lacks; here it takes two steps.
 *
 * Invariants: the cache holds the newest state of the tree. So a key is evicted when its write is
 * handed to the writer, and cached again only once the commit is visible to readers. A key is held
 * once, so evicting it leaves no copy.
 *
 * The shape is that of MICA (Lim et al., NSDI 2014, § 4.3): a circular log, where a new entity
 * overwrites the oldest ones, and a lossy index, where a full bucket evicts one of its own.
 *
 *     log      entities, each at a multiple of 8 bytes:
 *              [hash i32][lengths u32][version f64][key][fields][value]
 *              lengths: of the key 11 bits, the fields 10, the value 11
 *     index    buckets of 4 × [hash i32][place i32]: the place in the log in units of 8 bytes,
 *              from 1; 0 is empty
 *     pending  for each bucket, how many writes of its keys are at the writer
 */
import { decodeFields } from '../../entity-fields.js';
import type { Entity } from '../../store.js';

const unit = 8;
const headerBytes = 16;
const bucketWords = 4 * 2;
/**
 * Key, fields, value and header. Larger ones push many out, and the search is a small part of
 * their time.
 */
const maxEntityBytes = 2048;
/** The parts of a word of lengths. Longer fields are not cached. */
const keyMask = 0x7ff;
const fieldsMask = 0x3ff;
const fieldsShift = 11;
const valueShift = 21;
const nothing: Buffer = Buffer.alloc(0);
/** The mean size, with header: the log and the index then hold as many. (Buckets fill unevenly.) */
const meanEntityBytes = 64;

export class EntityCache {
  readonly #log: Buffer;
  readonly #words: Int32Array;
  readonly #versions: Float64Array;
  readonly #index: Int32Array;
  readonly #pending: Uint32Array;
  /** In units of 8 bytes: where the next entity goes. */
  #head = 0;
  /** In units: entities of the lap before stand from here to `end`. */
  #oldest = 0;
  #end = 0;
  /** The slot that the next full bucket evicts. */
  #turn = 0;
  #hits = 0;
  #misses = 0;

  /**
   * @param bytes the size of the log; index and counts add a seventh to two sevenths. Unused memory
   *   is not touched. Below 2 KiB nothing is cached.
   */
  constructor(bytes: number) {
    const buffer = new ArrayBuffer(bytes < maxEntityBytes ? 0 : bytes - (bytes % unit));
    this.#log = Buffer.from(buffer);
    this.#words = new Int32Array(buffer);
    this.#versions = new Float64Array(buffer);
    const buckets =
      2 ** Math.ceil(Math.log2(Math.max(1, (bytes / meanEntityBytes / bucketWords) * 2)));
    this.#index = new Int32Array(buckets * bucketWords);
    this.#pending = new Uint32Array(buckets);
  }

  /** How many lookups found their entity so far. */
  get hits(): number {
    return this.#hits;
  }

  get misses(): number {
    return this.#misses;
  }

  /** The cached entity, if there is one. The value is a copy. */
  get(key: Uint8Array): Entity | undefined {
    if (this.#log.length === 0) return undefined;
    const at = this.#find(key, hashOf(key));
    if (at < 0) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    const place = (this.#index[at + 1] as number) - 1;
    const lengths = this.#words[place * 2 + 1] as number;
    const fieldsStart = place * unit + headerBytes + key.length;
    const start = fieldsStart + ((lengths >>> fieldsShift) & fieldsMask);
    const value = Buffer.allocUnsafe(lengths >>> valueShift);
    this.#log.copy(value, 0, start, start + value.length);
    const fields = decodeFields(this.#log, fieldsStart, start);
    const version = this.#versions[place + 1] as number;
    return { key, value, version, expiresMs: undefined, fields };
  }

  /**
   * Caches what was read from the newest state of the tree. A key that is cached already stays as
   * it is: two cold reads at once bring the same entity twice. One that expires is not cached.
   * @param record holds the encoded fields of the entity, from `start` to `end`
   */
  set({ key, value, version, expiresMs }: Entity, record = nothing, start = 0, end = 0): void {
    const bytes = headerBytes + key.length + (end - start) + value.length;
    if (expiresMs !== undefined || bytes > maxEntityBytes || end - start > fieldsMask) return;
    if (this.#log.length === 0) return;
    const hash = hashOf(key);
    if ((this.#pending[this.#bucket(hash)] as number) > 0 || this.#find(key, hash) >= 0) return;
    const units = Math.ceil(bytes / unit);
    const place = this.#allocate(units);
    this.#words[place * 2] = hash;
    this.#words[place * 2 + 1] =
      key.length | ((end - start) << fieldsShift) | (value.length << valueShift);
    this.#versions[place + 1] = version;
    const keyAt = place * unit + headerBytes;
    this.#log.set(key, keyAt);
    if (start < end) record.copy(this.#log, keyAt + key.length, start, end);
    this.#log.set(value, keyAt + key.length + (end - start));
    const at = this.#slotFor(hash);
    this.#index[at] = hash;
    this.#index[at + 1] = place + 1;
  }

  /**
   * Evicts the key, whose write goes to the writer. Until that settles, nothing of its bucket is
   * cached.
   * @returns the bucket, for {@link settle}
   */
  invalidate(key: Uint8Array): number {
    const hash = hashOf(key);
    const bucket = this.#bucket(hash);
    this.#pending[bucket] = (this.#pending[bucket] as number) + 1;
    const at = this.#find(key, hash);
    if (at >= 0) this.#index[at + 1] = 0;
    return bucket;
  }

  /** That write has settled, and reads see the state after it. */
  settle(bucket: number): void {
    this.#pending[bucket] = (this.#pending[bucket] as number) - 1;
  }

  #bucket(hash: number): number {
    return hash & (this.#pending.length - 1);
  }

  /** Position of the key in the index; -1 if absent. */
  #find(key: Uint8Array, hash: number): number {
    const first = this.#bucket(hash) * bucketWords;
    for (let at = first; at < first + bucketWords; at += 2)
      if (this.#index[at] === hash && this.#index[at + 1] !== 0 && this.#isKey(at, key)) return at;
    return -1;
  }

  #isKey(at: number, key: Uint8Array): boolean {
    const place = (this.#index[at + 1] as number) - 1;
    if (((this.#words[place * 2 + 1] as number) & keyMask) !== key.length) return false;
    const start = place * unit + headerBytes;
    for (let i = 0; i < key.length; i++) if (this.#log[start + i] !== key[i]) return false;
    return true;
  }

  /** A slot of the bucket: a free one, else each in turn. */
  #slotFor(hash: number): number {
    const first = this.#bucket(hash) * bucketWords;
    for (let at = first; at < first + bucketWords; at += 2)
      if (this.#index[at + 1] === 0) return at;
    this.#turn = (this.#turn + 2) % bucketWords;
    return first + this.#turn;
  }

  /** Takes units at the head of the log. @returns where they begin */
  #allocate(units: number): number {
    if ((this.#head + units) * unit > this.#log.length) {
      while (this.#oldest < this.#end) this.#evictOldest();
      this.#end = this.#head;
      this.#oldest = 0;
      this.#head = 0;
    }
    while (this.#oldest < this.#end && this.#oldest < this.#head + units) this.#evictOldest();
    const place = this.#head;
    this.#head += units;
    return place;
  }

  #evictOldest(): void {
    const place = this.#oldest;
    const first = this.#bucket(this.#words[place * 2] as number) * bucketWords;
    for (let at = first; at < first + bucketWords; at += 2)
      if (this.#index[at + 1] === place + 1) this.#index[at + 1] = 0;
    const lengths = this.#words[place * 2 + 1] as number;
    const fieldsLength = (lengths >>> fieldsShift) & fieldsMask;
    const bytes = headerBytes + (lengths & keyMask) + fieldsLength + (lengths >>> valueShift);
    this.#oldest += Math.ceil(bytes / unit);
  }
}

/** FNV-1a, its bits mixed once more so that the last ones can choose a bucket. */
export function hashOf(key: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ (key[at] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 12);
}
