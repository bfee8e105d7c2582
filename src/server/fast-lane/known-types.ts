/**
 * The values of Content-Type that came lately: clients send few, and each again and again. A known
 * one costs a comparison of its bytes, and no text.
 */

import type { EntityFields } from '../../store/store.js';
import { keptFields } from '../api/kept-fields.js';
import type { RequestFields } from '../api/operations.js';
import { Problem } from '../api/problem.js';

export interface KnownType {
  readonly bytes: Buffer;
  /** As the router reads it. */
  readonly request: RequestFields;
  /** As the store keeps it; undefined: it does not. */
  readonly kept: EntityFields | undefined;
}

/** Longer types are not kept. */
const maxLength = 63;
/** So many types of one length are kept; a further one takes the place of the first that came. */
const typesPerLength = 4;

export class KnownTypes {
  /** By length. */
  readonly #known: KnownType[][] = Array.from({ length: maxLength + 1 }, () => []);

  /** The type that stands there; undefined: it is refused, or too long to be worth it. */
  find(bytes: Buffer, start: number, end: number): KnownType | undefined {
    const length = end - start;
    const known = this.#known[length];
    if (!known) return undefined;
    for (const type of known) if (stands(bytes, start, type.bytes)) return type;
    const type = parse(bytes.toString('latin1', start, end));
    if (type && known.push(type) > typesPerLength) known.shift();
    return type;
  }
}

function parse(text: string): KnownType | undefined {
  const request = { 'content-type': text };
  try {
    return { bytes: Buffer.from(text, 'latin1'), request, kept: keptFields(request) };
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function stands(bytes: Buffer, start: number, known: Buffer): boolean {
  for (let at = 0; at < known.length; at++) if (bytes[start + at] !== known[at]) return false;
  return true;
}
