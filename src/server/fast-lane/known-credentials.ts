/**
 * The Authorization of one connection: nearly all of its requests have the same one, whose digest
 * is looked up once. It is kept until the tokens change, and then looked up again. A wrong one is
 * left to the full lane, which refuses it.
 */
import { Permit } from '../access/permit.js';
import { digestOf, type Tokens } from '../access/tokens.js';

const scheme = Buffer.from('bearer ');
/** Longer ones are not kept, and are looked up each time. */
const maxLength = 512;

export class KnownCredentials {
  readonly #tokens: Tokens;
  #bytes: Buffer | undefined;
  #permit: Permit | undefined;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /**
   * The permit of the credentials that stand there; undefined: they are not known, or there are
   * none.
   */
  find(bytes: Buffer, start: number, end: number): Permit | undefined {
    const known = this.#bytes;
    const permit = this.#permit;
    if (known?.length === end - start && permit?.stands && isEqual(known, bytes, start))
      return permit;
    return this.#lookUp(bytes, start, end);
  }

  #lookUp(bytes: Buffer, start: number, end: number): Permit | undefined {
    const token = start + scheme.length;
    if (end <= token) return undefined;
    for (let at = 0; at < scheme.length; at++)
      if (((bytes[start + at] as number) | 0x20) !== scheme[at]) return undefined;
    const permit = new Permit(this.#tokens, digestOf(bytes.subarray(token, end)));
    if (!permit.stands) return undefined;
    if (end - start <= maxLength) {
      // A buffer of its own: a part of Node's pool would keep all of the pool for the connection.
      const copy = Buffer.allocUnsafeSlow(end - start);
      bytes.copy(copy, 0, start, end);
      this.#bytes = copy;
      this.#permit = permit;
    }
    return permit;
  }
}

/** In a time that does not depend on the bytes: a proxy may send others' requests with them. */
function isEqual(known: Buffer, bytes: Buffer, start: number): boolean {
  let difference = 0;
  for (let at = 0; at < known.length; at++)
    difference |= (known[at] as number) ^ (bytes[start + at] as number);
  return difference === 0;
}
