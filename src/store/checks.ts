/** Misuse of the port that every engine meets: a TypeError that nobody catches. */
import { maxKeyBytes, maxTtlMs } from '../config/limits.js';
import type { Entity } from './store.js';

/** Versions are stored in 64 bits, and counted in numbers. The rest is for a clock to go on. */
const maxVersion = 2 ** 52;

export function checkKey(key: Uint8Array): void {
  if (!(key instanceof Uint8Array)) throw new TypeError(`a key is a Uint8Array, got ${typeof key}`);
  if (key.length < 1 || key.length > maxKeyBytes)
    throw new TypeError(`a key has 1 to ${maxKeyBytes} bytes, got ${key.length}`);
}

export function checkValue(value: readonly Uint8Array[]): void {
  if (!Array.isArray(value) || !value.every((piece) => piece instanceof Uint8Array))
    throw new TypeError('a value is an array of Uint8Arrays');
}

export function checkTtl(ttlMs: number | undefined): void {
  if (ttlMs === undefined) return;
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > maxTtlMs)
    throw new TypeError(`a time to live is 1 to ${maxTtlMs} ms, got ${ttlMs}`);
}

/** An entity that another store had. */
export function checkLoaded({ key, value, version, expiresMs }: Entity): void {
  checkKey(key);
  checkValue([value]);
  if (!Number.isSafeInteger(version) || version < 0 || version > maxVersion)
    throw new TypeError(`a version is a whole number up to ${maxVersion}, got ${version}`);
  if (expiresMs !== undefined && (!Number.isSafeInteger(expiresMs) || expiresMs < 1))
    throw new TypeError(`an entity expires at a whole number of ms since 1970, got ${expiresMs}`);
}
