/** The terms on which a store joins the shared suite, and the words its cases are written in. */
import { beforeAll, onTestFinished } from 'vitest';
import type { Limits } from '#dist/config/limits.js';
import type { Entity, PutResult, RangeOptions, Store, StoreErrorCode } from '#dist/store/store.js';

export interface OpenOptions {
  readonly limits?: Limits;
  /** Milliseconds since 1970; obeyed by a store that `offers.clock`. */
  readonly now?: () => number;
}

/** Where one store lives. All that was acknowledged is there when it is opened again. */
export interface Place {
  open(options?: OpenOptions): Promise<Store>;
}

export interface StoreFactory {
  readonly name: string;
  readonly offers: {
    /** The clock can be injected, so expiry can be tested without waiting. */
    readonly clock: boolean;
    /** Where `limits.rangePageMs` is long, the other limits of a page are obeyed exactly. */
    readonly pages: boolean;
    /** As its capabilities say. */
    readonly conditions: boolean;
    readonly atomicBatches: boolean;
    readonly existed: boolean;
    readonly freshPages: boolean;
  };
  /** An empty place of its own, gone when the test is over, or when `onOver` calls its argument. */
  place(onOver?: (remove: () => Promise<void>) => void): Promise<Place>;
}

/** Opens a store, and closes it when the test is over. */
export async function openAt(place: Place, options?: OpenOptions): Promise<Store> {
  const store = await place.open(options);
  onTestFinished(() => store.close());
  return store;
}

/**
 * A store that the cases of a trait share. Opening one starts a thread, so each case gets it
 * emptied, not opened again. A case must leave it open.
 */
export function sharedStore(factory: StoreFactory, options?: OpenOptions): () => Promise<Store> {
  let store: Store;
  beforeAll(async () => {
    const removals: (() => Promise<void>)[] = [];
    store = await (await factory.place((remove) => removals.push(remove))).open(options);
    return async () => {
      await store.close();
      for (const remove of removals) await remove();
    };
  });
  return async () => {
    await empty(store);
    return store;
  };
}

export async function empty(store: Store): Promise<void> {
  const all = (await pages(store, { start: Buffer.alloc(1) })).flat();
  await Promise.all(all.map(({ key }) => store.delete(key)));
}

/** A new store, for a case that closes it or sets options. */
export async function openNew(factory: StoreFactory, options?: OpenOptions): Promise<Store> {
  return openAt(await factory.place(), options);
}

export function bytes(text: string): Buffer {
  return Buffer.from(text);
}

export function put(
  store: Store,
  key: string,
  value: string,
  ttlSeconds?: number,
): Promise<PutResult> {
  const options = ttlSeconds === undefined ? {} : { ttlMs: ttlSeconds * 1000 };
  return store.put(bytes(key), [bytes(value)], options);
}

/** The value under a key as text. */
export async function value(store: Store, key: string): Promise<string | undefined> {
  const entity = await store.get(bytes(key));
  return entity && Buffer.from(entity.value).toString();
}

export async function pages(store: Store, options: RangeOptions): Promise<(readonly Entity[])[]> {
  const all: (readonly Entity[])[] = [];
  for await (const page of store.range(options)) all.push(page);
  return all;
}

/** The keys of a range, as `keys` yields them. */
export async function keysAlone(store: Store, options: RangeOptions): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const page of store.keys(options)) all.push(...page.map((key) => Buffer.from(key)));
  return all;
}

/** The keys of a range, as text. */
export async function keys(
  store: Store,
  start: string,
  end?: string,
  others: Omit<RangeOptions, 'start' | 'end'> = {},
): Promise<string[]> {
  const bounds =
    end === undefined ? { start: bytes(start) } : { start: bytes(start), end: bytes(end) };
  return (await pages(store, { ...bounds, ...others }))
    .flat()
    .map(({ key }) => Buffer.from(key).toString());
}

/**
 * How a call ended, whether it throws or rejects: its StoreError's code, or `no error`.
 * @throws what the call threw, if that is not a StoreError
 */
export async function outcome(call: () => unknown): Promise<StoreErrorCode | 'no error'> {
  try {
    await call();
    return 'no error';
  } catch (error) {
    const { name, code } = error as { name: string; code: StoreErrorCode };
    if (name !== 'StoreError') throw error;
    return code;
  }
}

/** Runs a call that may throw at once or reject, so that `rejects` can look at either. */
export async function asPromise(call: () => unknown): Promise<unknown> {
  return call();
}

/** `key-0000`, `key-0001` …: in this order also as bytes. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key-${String(i).padStart(4, '0')}`);
}
