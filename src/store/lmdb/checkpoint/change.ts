/** Changes of the data file, as a transaction takes them. */

/** A change of one key. */
export interface Change {
  readonly key: Buffer;
  /** Undefined: the key is removed. */
  readonly record: Buffer | undefined;
  readonly expiresMs: number | undefined;
}

/** Stored with the last change of a checkpoint. */
export interface Mark {
  /** A version ceiling; undefined: the stored one will do. */
  readonly ceiling: number | undefined;
  /** The last frame whose entries are in LMDB. */
  readonly sequence: number;
}
