/**
 * A driver for unstorage 1. Its keys have `:` between their parts, and are stored as they are,
 * behind `base:` if there is a base. It imports nothing of unstorage, and cannot watch.
 */
import { EvenkeelClient } from './client.js';
import type { EntityHead } from './entity.js';
import type { TransportOptions } from './transport.js';
import { type Value, valueBytes } from './value.js';

export interface EvenkeelDriverOptions extends TransportOptions {
  /** The server's, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** All keys of this storage begin with it and a `:`. Default: with nothing. */
  readonly base?: string;
  /** Seconds until an item is gone, unless `setItem` says so itself. Default: it stays. */
  readonly ttl?: number;
}

interface ItemOptions {
  /** In seconds, as drivers of unstorage take it. */
  readonly ttl?: number;
}

export interface ItemMeta {
  /** When the item was written. */
  readonly mtime: Date;
  /** Seconds until it is gone, if it will be. */
  readonly ttl?: number;
  /** The length of its value, in bytes. */
  readonly size: number;
  readonly version: string;
  [name: string]: string | number | Date | undefined;
}

export function evenkeelDriver(options: EvenkeelDriverOptions) {
  const { url, base = '', ttl: defaultTtl } = options;
  const client = new EvenkeelClient(url, options);
  const ending = new AbortController();
  const call = { signal: ending.signal };
  const prefix = base === '' ? '' : `${base.replace(/:$/, '')}:`;

  const set = async (key: string, value: Value, { ttl = defaultTtl }: ItemOptions = {}) => {
    const ttlMs = ttl === undefined ? {} : { ttlMs: Math.max(1, Math.ceil(ttl * 1000)) };
    await client.put(prefix + key, value, { ...call, ...ttlMs });
  };

  return {
    name: 'evenkeel',
    options,
    flags: { maxDepth: true, ttl: true },
    getInstance: () => client,
    hasItem: async (key: string): Promise<boolean> =>
      (await client.head(prefix + key, call)) !== undefined,
    getItem: async (key: string): Promise<string | null> =>
      (await client.getText(prefix + key, call)) ?? null,
    getItemRaw: async (key: string): Promise<Uint8Array | null> =>
      (await client.get(prefix + key, call))?.value ?? null,
    setItem: (key: string, value: string, item?: ItemOptions): Promise<void> =>
      set(key, value, item),
    setItemRaw: async (key: string, value: unknown, item?: ItemOptions): Promise<void> =>
      set(key, rawBytes(value), item),
    removeItem: async (key: string): Promise<void> => {
      await client.delete(prefix + key, call);
    },
    getKeys: async (below = '', { maxDepth }: { maxDepth?: number } = {}) => {
      const keys: string[] = [];
      const range = prefix + below === '' ? call : { ...call, prefix: prefix + below };
      for await (const { key } of client.listKeys(range)) {
        const name = key.slice(prefix.length);
        if (maxDepth === undefined || name.split(':').length - 1 <= maxDepth) keys.push(name);
      }
      return keys;
    },
    clear: async (below = ''): Promise<void> => {
      const range = prefix + below === '' ? { all: true as const } : { prefix: prefix + below };
      await client.deleteRange({ ...call, ...range });
    },
    getMeta: async (key: string): Promise<ItemMeta | null> => {
      const head = await client.head(prefix + key, call);
      return head ? metaOf(head) : null;
    },
    /** Ends the calls that still run; later ones fail. */
    dispose: (): void => ending.abort(new Error('the storage was disposed of')),
  };
}

export default evenkeelDriver;

/** The version of an entity is when it was written, in µs. */
function metaOf({ version, expiresAt, length }: EntityHead): ItemMeta {
  const ttl = expiresAt && Math.max(0, (expiresAt.getTime() - Date.now()) / 1000);
  const mtime = new Date(Number(version) / 1000);
  return { mtime, size: length, version, ...(ttl !== undefined && { ttl }) };
}

/** @throws TypeError if it is neither text nor bytes */
function rawBytes(value: unknown): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return valueBytes(value as Value);
}
