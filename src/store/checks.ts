/** Misuse of the port that every engine meets: a TypeError that nobody catches. */
import { maxKeyBytes, maxTtlMs } from '../config/limits.js';

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
