/**
 * A storage adapter for Keyv 5. Keyv gives it keys that begin with `namespace:`, values as text and
 * a time to live. It imports nothing of Keyv.
 */
import { EvenkeelClient } from './client.js';
import { mapConcurrently } from './concurrency.js';
import type { TransportOptions } from './transport.js';

type ErrorListener = (error: unknown) => void;

export interface KeyvEntry {
  readonly key: string;
  readonly value: unknown;
  readonly ttl?: number;
}

/** Longest time to live that the server takes, in ms: 20 years. Keyv itself ends longer ones. */
const maxTtlMs = 20 * 365 * 24 * 3600 * 1000;

export class KeyvEvenkeel {
  /**
   * Keyv looks at these. It iterates only over stores whose dialect it knows by name; it uses
   * the name for nothing else.
   */
  readonly opts: { readonly url: string; readonly dialect: string; [option: string]: unknown };
  /** Set by Keyv. Undefined: all keys of the store belong to it. */
  namespace: string | undefined;
  readonly #client: EvenkeelClient;
  readonly #listeners: ErrorListener[] = [];

  /** @param url of the server, for example `http://127.0.0.1:8080` */
  constructor(url: string, options: TransportOptions = {}) {
    this.#client = new EvenkeelClient(url, options);
    this.opts = { url, dialect: 'etcd' };
  }

  /** Keyv listens for errors, as its own `get` takes a failed call for an absent key. */
  on(event: string, listener: ErrorListener): this {
    if (event === 'error') this.#listeners.push(listener);
    return this;
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    try {
      return (await this.#client.getText(key)) as Value | undefined;
    } catch (error) {
      for (const listener of this.#listeners) listener(error);
      throw error;
    }
  }

  getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    return mapConcurrently(keys, async (key) => {
      return (await this.#client.getText(key)) as Value | undefined;
    });
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#client.put(key, textOf(value), ttlOption(ttl));
    return true;
  }

  async setMany(entries: readonly KeyvEntry[]): Promise<void> {
    await mapConcurrently(entries, ({ key, value, ttl }) => this.set(key, value, ttl));
  }

  /** Whether there was an entry. It counts as one if the server does not look. */
  async delete(key: string): Promise<boolean> {
    return (await this.#client.delete(key)) ?? true;
  }

  /** Whether there was an entry for each key. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const existed = await mapConcurrently(keys, (key) => this.delete(key));
    return existed.every(Boolean);
  }

  async has(key: string): Promise<boolean> {
    return (await this.#client.head(key)) !== undefined;
  }

  hasMany(keys: string[]): Promise<boolean[]> {
    return mapConcurrently(keys, (key) => this.has(key));
  }

  /** Removes all entries of the namespace; without one, all entities of the store. */
  async clear(): Promise<void> {
    const { namespace } = this;
    await this.#client.deleteRange(namespace ? { prefix: `${namespace}:` } : { all: true });
  }

  /** The keys, with their namespace, and the values as Keyv stored them. */
  async *iterator<Value>(
    namespace?: string,
  ): AsyncGenerator<(string | Awaited<Value> | undefined)[], void> {
    const range = namespace ? { prefix: `${namespace}:` } : {};
    for await (const entity of this.#client.list(range))
      yield [entity.key, entity.text() as Awaited<Value>];
  }
}

export default KeyvEvenkeel;

/** Part of a ms is a ms: an entry is never gone before its time. */
function ttlOption(ttl: number | undefined): { ttlMs?: number } {
  if (ttl === undefined || ttl > maxTtlMs) return {};
  return { ttlMs: Math.max(1, Math.ceil(ttl)) };
}

/** @throws TypeError if Keyv was told not to make text of values */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(
    `the store takes what Keyv serialized, which is text, got ${typeof value}; ` +
      'leave serialize as it is',
  );
}
