/**
 * What is kept, and what may be asked of it. A Store holds entities (byte-string key → byte-string value),
 * sorted by key bytes. The server knows only this interface; the embedded store fills it today, and a store
 * of another kind (another engine, a cluster) differs by its {@link Capabilities}, never by its name.
 *
 * Two families of errors: a {@link StoreError} is an expected failure with a stable code that callers act on;
 * misuse (a key of the wrong type or length) is a TypeError that nobody catches. An absent key is `undefined`.
 */

export type Awaitable<T> = T | Promise<T>;

export interface Capabilities {
  /** Replicas that hold an entity: `from` in `replicas=ack/from` may not exceed it. At least 1. */
  readonly replicas: number;
}

export interface Entity {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Microseconds since 1970, strictly rising over all writes of one store. */
  readonly version: number;
}

export interface ReadOptions {
  /** Replicas that must answer, of how many. Default: a quorum of all. */
  readonly replicas?: ReplicaCount;
}

export interface WriteOptions {
  /** Replicas that must confirm, of how many. Default: a quorum of all. */
  readonly replicas?: ReplicaCount;
}

export interface PutOptions extends WriteOptions {
  /** Seconds after which the entity is absent to every reader. Default: it stays. */
  readonly ttlSeconds?: number;
}

export interface ReplicaCount {
  readonly ack: number;
  readonly from: number;
}

export interface RangeOptions {
  /** First key, included. */
  readonly start: Uint8Array;
  /** Where to stop, excluded; a key like start. Default: the end of the store. */
  readonly end?: Uint8Array;
  /** Most entities to yield. Default: all. */
  readonly limit?: number;
}

export interface Store {
  readonly capabilities: Capabilities;
  /** Set once the store can no longer be trusted with writes; it stays so until it is opened anew. */
  readonly failure: StoreError | undefined;

  /**
   * The newest acknowledged value of a key, or undefined. Every read after an acknowledged write sees it.
   * @throws StoreError `damaged` if what is stored fails its checksum; `overloaded`; `closed`.
   */
  get(key: Uint8Array, options?: ReadOptions): Awaitable<Entity | undefined>;

  /**
   * Stores the value under the key. Resolves once that survives a crash of process and machine. Neither is to be changed before.
   * @param value the bytes, in one piece or several
   * @throws StoreError `overloaded`, `full`, `failed`, `closed`: the value is not acknowledged.
   */
  put(key: Uint8Array, value: readonly Uint8Array[], options?: PutOptions): Promise<void>;

  /** Removes the key, present or not. Resolves once the removal is durable; the key is not to be changed before. Fails as put does. */
  delete(key: Uint8Array, options?: WriteOptions): Promise<void>;

  /**
   * The entities from start to end in order of key bytes, a page at a time. The reader sets the pace: a page is
   * read when it is asked for, and between pages nothing is held, neither memory nor old versions of data.
   * Each page shows the newest acknowledged state, so a range is no snapshot of one moment: an entity
   * that is there all along is yielded once; one written or deleted meanwhile may or may not appear. A page may be
   * empty (all it held has expired), so a reader gives way to other work after each page, not only after full ones.
   * @throws StoreError `damaged`, `closed`.
   */
  range(options: RangeOptions): AsyncIterable<readonly Entity[]>;

  /** Finishes the writes that were accepted, then frees every resource. Reads that wait for the disk, and later calls, fail with `closed`. May be called twice. */
  close(): Promise<void>;
}

export type StoreErrorCode =
  /** Too many writes, or reads from the disk, wait already; the same call may pass later. */
  | 'overloaded'
  /** The disk, or a quota on it, is full. Reads go on; writes do when there is room again. */
  | 'full'
  /** The store can't promise durability any more (an I/O error, a dead writer). It must be opened anew. */
  | 'failed'
  /** What is stored does not pass its checksum. */
  | 'damaged'
  /** Another process has the directory open. */
  | 'in-use'
  /** The directory can't be made, read or written. */
  | 'unusable'
  /** The store is closing or closed. */
  | 'closed'
  /** Fewer replicas answered than were asked for. */
  | 'too-few-replicas';

/** An expected failure. The message says what happened and what to do, in words for the service's user. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
