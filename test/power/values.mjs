/** Values that repeat their name from end to end, so that a torn one is seen. */

export function filledWith(name, bytes) {
  return Buffer.alloc(Math.max(bytes, name.length + 1), `${name};`);
}

/** The name of a value with its length, or that it is torn. */
export function nameOf(value) {
  const name = value.subarray(0, Math.max(0, value.indexOf(';'))).toString();
  return filledWith(name, value.length).equals(value) ? `${name}:${value.length}` : 'torn';
}
