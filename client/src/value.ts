/** Values: bytes, text, or what JSON can hold. */
import { utf8Bytes } from './key.js';

/** A string is stored as its UTF-8 bytes. */
export type Value = string | Uint8Array;

/**
 * T, if JSON gives it back as it was; `never` where it would be lost or changed. It is a type of
 * its own because an interface does not fit into `Record<string, …>`.
 */
export type Json<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly unknown[]
    ? { [Index in keyof T]: Json<T[Index]> }
    : T extends
          | ((...args: never[]) => unknown)
          | ArrayBuffer
          | ArrayBufferView
          | Date
          | Error
          | Promise<unknown>
          | RegExp
          | ReadonlyMap<unknown, unknown>
          | ReadonlySet<unknown>
      ? never
      : T extends object
        ? { [Property in keyof T]: Json<T[Property]> | OptionalOf<T, Property> }
        : never;

/** JSON leaves out a property that is undefined, which gives an optional one back as it was. */
type OptionalOf<T, Property extends keyof T> =
  Record<string, never> extends Pick<T, Property> ? undefined : never;

/** @throws TypeError if it is neither text nor bytes */
export function valueBytes(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return utf8Bytes(value, 'the value');
  throw new TypeError(
    `a value is a string or a Uint8Array, got ${typeof value}; putJson takes what JSON can hold`,
  );
}

/** @throws TypeError if JSON has no text for it */
export function jsonBytes(value: unknown): Uint8Array {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`JSON has no text for ${String(value)}`);
  return utf8Bytes(text, 'the value');
}
