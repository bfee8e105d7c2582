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

export interface Version {
  readonly version: string;
  readonly expiresAt: Date | undefined;
}

/** All that is known of an entity but its value. */
export class EntityInfo extends EntityKey {
  /** Changes with each write of the key; `ifVersion` takes it. */
  readonly version: string;
  /** When the entity will be absent; undefined: it stays. */
  readonly expiresAt: Date | undefined;

  constructor(key: Key, { version, expiresAt }: Version) {
    super(key);
    this.version = version;
    this.expiresAt = expiresAt;
  }
}

/** An entity of a list. */
export class ListedEntity extends EntityInfo {
  readonly value: Uint8Array;

  constructor(key: Key, version: Version, value: Uint8Array) {
    super(key, version);
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

/** Fields that are kept with a value, and come back with it. */
export interface Fields {
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  /** By name in lower case, without `evenkeel-meta-`. */
  readonly meta: Readonly<Record<string, string>>;
}

/** An entity that was asked for by its key. */
export class Entity extends ListedEntity {
  readonly fields: Fields;

  constructor(key: Key, version: Version, value: Uint8Array, fields: Fields) {
    super(key, version, value);
    this.fields = fields;
  }
}

/** The same without its value. */
export class EntityHead extends EntityInfo {
  readonly fields: Fields;
  /** The length of the value in bytes. */
  readonly length: number;

  constructor(key: Key, version: Version, length: number, fields: Fields) {
    super(key, version);
    this.fields = fields;
    this.length = length;
  }
}

function textOf(bytes: Key, what: string, property: string): string {
  const text = typeof bytes === 'string' ? bytes : utf8Text(bytes);
  if (text === undefined) throw new TypeError(`${what} is not UTF-8; read its bytes: ${property}`);
  return text;
}
