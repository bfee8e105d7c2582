/** An entity, as a response or a line of NDJSON tells it. */
import { type Key, utf8Bytes, utf8Text } from './key.js';

/** A key that is there. */
export class EntityKey {
  readonly #key: Key;

  constructor(key: Key) {
    this.#key = key;
  }

  /** @throws TypeError if the key is not UTF-8: use keyBytes */
  get key(): string {
    return textOf(this.#key, 'the key', 'keyBytes');
  }

  get keyBytes(): Uint8Array {
    return typeof this.#key === 'string' ? utf8Bytes(this.#key, 'the key') : this.#key;
  }
}

export interface EntityFields {
  /** Changes with each write of the key; `ifVersion` takes it. */
  readonly version: string;
  /** When the entity will be absent; undefined: it stays. */
  readonly expiresAt: Date | undefined;
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  /** By name in lower case, as `meta` of put. */
  readonly meta: Readonly<Record<string, string>>;
}

export const defaultContentType = 'application/octet-stream';

class EntityInfo extends EntityKey implements EntityFields {
  readonly version: string;
  readonly expiresAt: Date | undefined;
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  readonly meta: Readonly<Record<string, string>>;

  constructor(key: Key, fields: EntityFields) {
    super(key);
    this.version = fields.version;
    this.expiresAt = fields.expiresAt;
    this.contentType = fields.contentType;
    this.contentEncoding = fields.contentEncoding;
    this.meta = fields.meta;
  }
}

export class Entity extends EntityInfo {
  readonly value: Uint8Array;

  constructor(key: Key, fields: EntityFields, value: Uint8Array) {
    super(key, fields);
    this.value = value;
  }

  /** @throws TypeError if the value is not UTF-8 */
  text(): string {
    return textOf(this.value, 'the value', 'value');
  }

  /** The value parsed as JSON; nobody checks that it is a T. @throws SyntaxError, TypeError */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }
}

/** An entity without its value. */
export class EntityHead extends EntityInfo {
  /** The length of the value in bytes. */
  readonly length: number;

  constructor(key: Key, fields: EntityFields, length: number) {
    super(key, fields);
    this.length = length;
  }
}

function textOf(bytes: Key, what: string, property: string): string {
  const text = typeof bytes === 'string' ? bytes : utf8Text(bytes);
  if (text === undefined) throw new TypeError(`${what} is not UTF-8; read its bytes: ${property}`);
  return text;
}
