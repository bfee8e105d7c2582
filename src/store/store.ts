/**
 * The port between the server and an engine. A Store holds entities (byte-string key → byte-string
 * value), sorted by key bytes. Stores differ by their {@link Capabilities}, never by their name.
 *
 * Two families of errors: a {@link StoreError} is an expected failure with a stable code that
 * callers act on; misuse (a key of the wrong type or length) is a TypeError that nobody catches. An
 * absent key is `undefined`.
 */

import type { StartBackup } from './backup/start-backup.js';

export type { StartBackup } from './backup/start-backup.js';

export type Awaitable<T> = T | Promise<T>;

export interface Capabilities {
  /** Replicas that hold an entity: `from` in `replicas=ack/from` may not exceed it. At least 1. */
  readonly replicas: number;
  /** Whether writes may have a {@link Condition}. */
  readonly conditions: boolean;
  /** Whether {@link Store.commitAll} is offered. */
  readonly atomicBatches: boolean;
  /** Whether a deletion says if there was an entity: {@link DeleteResult.existed}. */
  readonly existed: boolean;
  /**
   * Whether each page of a range shows the newest acknowledged state. Otherwise an entity may be as
   * old as the begin of the range.
   */
  readonly freshPages: boolean;
  /** Milliseconds since 1970 up to which an entity may expire; undefined: as long as `maxTtlMs`. */
  readonly maxExpiresMs: number | undefined;
}

/**
 * Fields that are kept with a value and returned with it. Each is an HTTP field value (RFC 9110
 * § 5.5), one byte per character. A store refuses more than `maxFieldsBytes`, with a byte between
 * each two of them.
 */
export interface EntityFields {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** By name, in lower case, without the prefix `evenkeel-meta-`. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface Entity {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Microseconds since 1970, strictly rising over all writes of one store. */
  readonly version: number;
  /** Milliseconds since 1970 from which on it is absent; undefined: it stays. */
  readonly expiresMs?: number | undefined;
  /** Undefined: none. Entities with the same fields may share this object. */
  readonly fields?: EntityFields | undefined;
}

/**
 * The state of the entity in which a write is done. It is decided inside the write's
 * transaction, so no other write comes between. An expired entity is absent.
 */
export type Condition =
  | { readonly kind: 'absent' }
  | { readonly kind: 'present' }
  /** It is present, and its version is one of these. */
  | { readonly kind: 'version'; readonly versions: readonly number[] };

export interface ReadOptions {
  /** Replicas that must respond, and how many there are. Default: a quorum of all. */
  readonly replicas?: ReplicaCount;
}

export interface WriteOptions {
  /** Replicas that must confirm, and how many there are. Default: a quorum of all. */
  readonly replicas?: ReplicaCount;
  /** Default: the write is done in any case. */
  readonly condition?: Condition;
}

export interface PutOptions extends WriteOptions {
  /** Milliseconds after which the entity is absent to every reader. Default: it stays. */
  readonly ttlMs?: number;
  readonly fields?: EntityFields;
}

export interface PutResult {
  /** The version of the entity stored. */
  readonly version: number;
}

export interface DeleteResult {
  /**
   * Whether there was an entity, not expired, under the key. Undefined in a store that would have
   * to read it first: its {@link Capabilities.existed} is false.
   */
  readonly existed?: boolean;
}

export interface ReplicaCount {
  readonly ack: number;
  readonly from: number;
}

export interface RangeOptions {
  /** The lowest key, included. */
  readonly start: Uint8Array;
  /** The bound above, excluded; a key like start. Default: the end of the store. */
  readonly end?: Uint8Array;
  /** `desc`: from the highest key to the lowest. Default: `asc`. */
  readonly order?: 'asc' | 'desc';
  /** Goes on behind this key, in that order; it need not exist. Default: at the beginning. */
  readonly after?: Uint8Array;
  /** Maximum of entities to yield. Default: all. */
  readonly limit?: number;
}

export type DeletedRange = Pick<RangeOptions, 'start' | 'end'>;

/** One change of a batch. */
export type Operation =
  | {
      readonly kind: 'put';
      readonly key: Uint8Array;
      /** The bytes, in one piece or several. */
      readonly value: readonly Uint8Array[];
      readonly options?: PutOptions;
    }
  | { readonly kind: 'delete'; readonly key: Uint8Array; readonly options?: WriteOptions };

export type Result = PutResult | DeleteResult;

/** Time and memory that a request gets for work that is not small. */
export interface Allowance {
  /**
   * Asked for before each slice of long work. Resolves when the slice begins, to how long it may
   * take, in ms. Rejects once nobody waits for the result.
   */
  slice(): Promise<number>;
  /** Called before so many bytes are held. Throws, or rejects, when they may not be. */
  take(bytes: number): Awaitable<void>;
  /** Called when the bytes are free again. The rest is given back when the request is over. */
  give(bytes: number): void;
}

export interface Store {
  readonly capabilities: Capabilities;
  /**
   * Set while the store can't be trusted with writes. `failed` stays until it is opened again, and
   * `no-quorum` until enough nodes can be reached.
   */
  readonly failure: StoreError | undefined;

  /**
   * The newest acknowledged value of a key, or undefined. Every read after an acknowledged write
   * sees it.
   * @param allowance the value is paid for with it, before it is copied, if it is larger than
   *   `pieceBytes`; otherwise it is the caller's to pay for
   * @throws StoreError `damaged` if the stored record fails its checksum; `too-few-replicas`,
   *   `replica-failed`; `overloaded`; `closed`
   */
  get(key: Uint8Array, options?: ReadOptions, allowance?: Allowance): Awaitable<Entity | undefined>;

  /**
   * Stores the value under the key. Resolves once it survives a crash of process and machine. The
   * caller must not change key or value before that.
   * @param value the bytes, in one piece or several
   * @param allowance asked for slices of time to copy a large value
   * @throws StoreError `condition-failed`: nothing was changed; `overloaded`, `full`, `failed`,
   *   `too-few-replicas`, `replica-failed`, `closed`: the value is not acknowledged
   */
  put(
    key: Uint8Array,
    value: readonly Uint8Array[],
    options?: PutOptions,
    allowance?: Allowance,
  ): Promise<PutResult>;

  /**
   * Removes the key, present or not. Resolves once the removal is durable; the caller must not
   * change the key before that. Fails as put does.
   */
  delete(key: Uint8Array, options?: WriteOptions): Promise<DeleteResult>;

  /**
   * Does all operations in one transaction, in order, or none of them. Each condition is decided
   * after the operations before it. Resolves once all is durable, to a result for each.
   * @param operations at most `maxAtomicOperations`, with keys and values of at most
   *   `maxAtomicBytes`
   * @param allowance asked for slices of time to copy the values
   * @throws StoreError as put does; of `condition-failed` the `index` says whose condition it was
   */
  commitAll(operations: readonly Operation[], allowance?: Allowance): Promise<readonly Result[]>;

  /**
   * The entities from start to end in order of key bytes, or the reverse of it, a page at a time. A
   * page is read when it is asked for; between pages no memory and no old version of data is held.
   *
   * A range is not a snapshot: {@link Capabilities.freshPages} says what a page shows. An entity
   * that is
   * there all along is yielded once; one that is written or deleted during the range may or may not
   * appear. A page is empty if all it held has expired, so a reader gives way to other work after
   * each page, not only after full ones.
   * @param allowance asked for a slice before each page; pays for large values, as in get
   * @throws StoreError `damaged`, `too-few-replicas`, `replica-failed`, `closed`
   */
  range(options: RangeOptions, allowance?: Allowance): AsyncIterable<readonly Entity[]>;

  /**
   * The keys that a range has, without their values: a multiple of its speed. The records need not
   * be checked, so the key of a damaged one is among them.
   */
  keys(options: RangeOptions, allowance?: Allowance): AsyncIterable<readonly Uint8Array[]>;

  /**
   * Removes the entities from start to end, a page at a time. Resolves to how many there were, once
   * all that is durable. An entity that is written during the call may be removed or stay. If the
   * call fails, some are removed already: the same call goes on with the rest.
   * @param allowance asked for a slice before each page
   * @throws StoreError `overloaded`, `full`, `failed`, `too-few-replicas`, `closed`
   */
  deleteRange(range: DeletedRange, allowance?: Allowance): Promise<number>;

  /**
   * Stores entities as another store had them: with their versions, times of expiry and fields. One
   * whose key is stored already under a later version is left out. Resolves once all is durable.
   * Writes that follow get later versions than any that were given. If the call fails, some are
   * stored, and the same call does the rest.
   * @param entities of different keys; none expires later than {@link Capabilities.maxExpiresMs}
   * @throws StoreError `overloaded`, `full`, `failed`, `too-few-replicas`, `replica-failed`,
   *   `closed`
   */
  load(entities: readonly Entity[]): Promise<void>;

  /** Makes a backup. Undefined: the engine has ways of its own. */
  readonly backup?: StartBackup;

  /**
   * Finishes the accepted writes, then frees every resource. Later calls, and reads that wait for
   * the disk, fail with `closed`. May be called twice.
   */
  close(): Promise<void>;
}

export type StoreErrorCode =
  /** Too many writes, or reads from the disk, wait already; the same call may pass later. */
  | 'overloaded'
  /** The disk, or a quota on it, is full. Reads go on; writes do once there is space again. */
  | 'full'
  /** Durability can't be promised any more (an I/O error, a dead writer). Open the store again. */
  | 'failed'
  /** The stored record fails its checksum. */
  | 'damaged'
  /** Replicas met an error of their own, such as too many deleted entities side by side. */
  | 'replica-failed'
  /** Too few nodes can be reached for a quorum. It passes by itself. */
  | 'no-quorum'
  /** Another process has the directory open. */
  | 'in-use'
  /** The directory can't be made, read or written, or the location names no known engine. */
  | 'unusable'
  /** The store is closing or closed. */
  | 'closed'
  /** The condition of a write did not hold. Nothing was changed. */
  | 'condition-failed'
  /** Fewer replicas responded than were asked for. */
  | 'too-few-replicas';

/** How the replicas fell short. */
export interface ReplicaFailure {
  /** Replicas that had to respond. */
  readonly needed: number;
  /** Those that did, or could; undefined: nobody says. */
  readonly answered?: number;
  /** Whether the write is done, though it is not acknowledged. Undefined: it was a read. */
  readonly written?: 'no' | 'unknown';
}

/** An expected failure. The message says what happened and what to do, for the operator. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** In the list of operations: whose condition failed. */
  readonly index: number | undefined;
  /** Set with `too-few-replicas`. */
  readonly replicas: ReplicaFailure | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    options: { cause?: unknown; index?: number; replicas?: ReplicaFailure } = {},
  ) {
    super(message, options);
    this.code = code;
    this.index = options.index;
    this.replicas = options.replicas;
  }
}
