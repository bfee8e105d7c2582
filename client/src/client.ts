/** The client of one server, or of several that hold the same store: entities and ranges. */
import { atomicBatch, streamBatch } from './batch.js';
import { Entity, EntityHead, type EntityKey } from './entity.js';
import { EvenkeelError } from './error.js';
import type { Key } from './key.js';
import { listEntities, listKeys } from './list.js';
import type { BatchResult, Operation, OperationResult } from './operation.js';
import type {
  DeleteOptions,
  DeleteRangeOptions,
  ListOptions,
  PutOptions,
  ReadOptions,
} from './options.js';
import { type Reply, readAll } from './pieces.js';
import { entityTarget, rangeTarget } from './query.js';
import {
  conditionFields,
  deletedOf,
  etagOf,
  fieldsOf,
  isConditional,
  keptFields,
} from './response.js';
import type { Operations } from './segments.js';
import { type CallOptions, Transport, type TransportOptions } from './transport.js';
import { type Json, jsonBytes, type Value, valueBytes } from './value.js';

export interface PutResult {
  /** The version of the entity as it is now. */
  readonly version: string;
}

/**
 * Calls that fail reject with an {@link EvenkeelError}; misuse rejects with a TypeError. Reads,
 * deletions and writes without a condition are tried again when that may help.
 */
export class EvenkeelClient {
  readonly #transport: Transport;

  /**
   * @param url of the server, for example `http://127.0.0.1:8080`; a path in it is kept
   * @throws TypeError if the URL or an option is none
   */
  constructor(url: string | URL, options: TransportOptions = {}) {
    this.#transport = new Transport(url, options);
  }

  /** The entity, or undefined if there is none. */
  get(key: Key, options: ReadOptions = {}): Promise<Entity | undefined> {
    return this.#read('GET', key, options, async (reply) => {
      const fields = fieldsOf(reply.response.headers);
      return new Entity(key, fields, await readAll(reply));
    });
  }

  /** The value as text. Rejects with a TypeError if it is not UTF-8. */
  async getText(key: Key, options?: ReadOptions): Promise<string | undefined> {
    return (await this.get(key, options))?.text();
  }

  /** The value parsed as JSON; nobody checks that it is a T. Rejects with a SyntaxError. */
  async getJson<T = unknown>(key: Key, options?: ReadOptions): Promise<T | undefined> {
    return (await this.get(key, options))?.json<T>();
  }

  /** All that is known of the entity but its value, or undefined if there is none. */
  head(key: Key, options: ReadOptions = {}): Promise<EntityHead | undefined> {
    return this.#read('HEAD', key, options, ({ response: { headers } }) => {
      return new EntityHead(key, fieldsOf(headers), Number(headers.get('content-length')));
    });
  }

  /** Stores a value under the key, new or not. Resolves once it is on the disk. */
  async put(key: Key, value: Value, options: PutOptions = {}): Promise<PutResult> {
    return this.#put(key, valueBytes(value), options);
  }

  /** Stores a value as JSON. */
  async putJson<T>(key: Key, value: Json<T> & T, options: PutOptions = {}): Promise<PutResult> {
    return this.#put(key, jsonBytes(value), options);
  }

  /**
   * Removes the entity. Resolves once that is on the disk, to whether there was one. After a
   * further attempt, that may have been removed by the attempt before. Undefined: the server does
   * not look whether there is one, for its data is in a cluster.
   */
  async delete(key: Key, options: DeleteOptions = {}): Promise<boolean | undefined> {
    const call = {
      ...options,
      method: 'DELETE',
      target: entityTarget(key, options),
      headers: conditionFields(options),
      isIdempotent: !isConditional(options),
    } as const;
    return this.#transport.call(call, async (reply) => {
      await readAll(reply);
      const existed = reply.response.headers.get('evenkeel-existed');
      return existed === null ? undefined : existed === 'true';
    });
  }

  /** The entities of a range in the order of their key bytes, read as fast as they are taken. */
  list(options: ListOptions = {}): AsyncGenerator<Entity, void> {
    return listEntities(this.#transport, options);
  }

  /** The keys of a range, which is several times as fast. */
  listKeys(options: ListOptions = {}): AsyncGenerator<EntityKey, void> {
    return listKeys(this.#transport, options);
  }

  /**
   * Removes the entities of a range, and resolves to how many there were. If it fails, some may be
   * gone; the same call goes on where it stopped. Those that an attempt before removed are not
   * counted. Millions take longer than the default of `timeoutMs`.
   */
  async deleteRange(options: DeleteRangeOptions): Promise<number> {
    const { prefix, start, end, all } = options;
    const isBounded = prefix !== undefined || start !== undefined || end !== undefined;
    if (isBounded === (all === true))
      throw new TypeError('deleteRange takes a prefix, a start or an end, or all: true');
    const target = rangeTarget(options);
    const call = { ...options, method: 'DELETE', target, isIdempotent: true } as const;
    return this.#transport.call(call, async (reply) => deletedOf(await readAll(reply)));
  }

  /**
   * Does the operations, and resolves to their results in order. An operation that fails does not
   * keep the others from being done.
   */
  async batch(operations: Operations, options: CallOptions = {}): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    for await (const result of this.stream(operations, options)) results.push(result);
    return results;
  }

  /**
   * The same for any number of operations: they are taken from their source as fast as the loop
   * takes their results. Nothing is done before it does.
   */
  stream(operations: Operations, options: CallOptions = {}): AsyncGenerator<BatchResult, void> {
    return streamBatch(this.#transport, operations, options);
  }

  /**
   * Does all operations, up to 1 000, or none. If a condition does not hold it rejects with
   * `condition-failed`, and `index` says whose.
   */
  async atomic(
    operations: readonly Operation[],
    options: CallOptions = {},
  ): Promise<OperationResult[]> {
    return atomicBatch(this.#transport, operations, options);
  }

  async #put(key: Key, content: Uint8Array, options: PutOptions): Promise<PutResult> {
    const call = {
      ...options,
      method: 'PUT',
      target: entityTarget(key, options, options.ttlMs),
      headers: { ...keptFields(options), ...conditionFields(options) },
      content,
      isIdempotent: !isConditional(options),
    } as const;
    return this.#transport.call(call, async (reply) => {
      await readAll(reply);
      return { version: etagOf(reply.response.headers) };
    });
  }

  async #read<T>(
    method: 'GET' | 'HEAD',
    key: Key,
    options: ReadOptions,
    read: (reply: Reply) => T | Promise<T>,
  ): Promise<T | undefined> {
    const call = { ...options, method, target: entityTarget(key, options), isIdempotent: true };
    try {
      return await this.#transport.call(call, read);
    } catch (error) {
      if (error instanceof EvenkeelError && error.code === 'not-found') return undefined;
      throw error;
    }
  }
}
