/**
 * The options of calls. A combination that means nothing does not compile, for example two
 * conditions, or a prefix with a start.
 */
import type { Key } from './key.js';
import type { CallOptions } from './transport.js';

/** At most one: a write is done only if it holds, and otherwise fails with `condition-failed`. */
export type Condition =
  | {
      /** The version that the entity must still have. */
      readonly ifVersion?: string;
      readonly ifAbsent?: never;
      readonly ifPresent?: never;
    }
  | {
      readonly ifVersion?: never;
      /** There must be no entity under this key. */
      readonly ifAbsent?: true;
      readonly ifPresent?: never;
    }
  | {
      readonly ifVersion?: never;
      readonly ifAbsent?: never;
      /** There must be an entity, of any version. */
      readonly ifPresent?: true;
    };

export interface ReadOptions extends CallOptions {
  /** `ack/from`: how many of how many replicas must respond. Default: a quorum of all. */
  readonly replicas?: `${number}/${number}`;
}

/** Kept with a value, and given back with it. */
export interface ValueOptions {
  /** The entity is absent to every reader after so many ms. Default: it stays. */
  readonly ttlMs?: number;
  /** Default: `application/octet-stream`. */
  readonly contentType?: string;
  /** Says how the value is coded; it is stored as it is. fetch decodes what it knows, as gzip. */
  readonly contentEncoding?: string;
  /** Up to 1 KiB of names and values, for example `{ owner: 'ada' }`. */
  readonly meta?: Readonly<Record<string, string>>;
}

export type PutOptions = ReadOptions & ValueOptions & Condition;
export type DeleteOptions = ReadOptions & Condition;

/** All keys that begin so, or those from `start` to before `end`. Default: all. */
export type Range =
  | { readonly prefix: Key; readonly start?: never; readonly end?: never }
  | { readonly prefix?: never; readonly start?: Key; readonly end?: Key };

export type ListOptions = CallOptions &
  Range & {
    /** Goes on behind this key, which need not exist. */
    readonly after?: Key;
    /** At most so many. Default: all. */
    readonly limit?: number;
    /** `desc`: from the highest key to the lowest. Default: `asc`. */
    readonly order?: 'asc' | 'desc';
  };

/** All is said in so many words: a prefix that is undefined by a slip must not mean it. */
export type DeleteRangeOptions = CallOptions &
  (
    | { readonly prefix: Key; readonly start?: never; readonly end?: never; readonly all?: never }
    | { readonly prefix?: never; readonly start: Key; readonly end?: Key; readonly all?: never }
    | { readonly prefix?: never; readonly start?: Key; readonly end: Key; readonly all?: never }
    | { readonly prefix?: never; readonly start?: never; readonly end?: never; readonly all: true }
  );
