/**
 * The tokens that a server takes, by their digests: the tokens themselves are nowhere. They may be
 * replaced while requests run; `version` then rises, and who holds a grant looks it up again.
 *
 * Invariant: how long a look-up takes depends on the number of tokens, and not on their bytes.
 */
import { hash, timingSafeEqual } from 'node:crypto';

/** Each may do all that the ones before it may. */
export const accesses = ['read', 'write', 'admin'] as const;

export type Access = (typeof accesses)[number];

/** All that a token allows. */
export interface Grant {
  /** For people: tokens are never shown. */
  readonly name: string;
  readonly access: Access;
  /** The keys that it is limited to begin so. Undefined: all keys. */
  readonly prefix: Buffer | undefined;
}

export interface TokenEntry {
  /** SHA-256 of the token. */
  readonly digest: Buffer;
  readonly grant: Grant;
}

export class Tokens {
  #entries: readonly TokenEntry[];
  #version = 0;

  constructor(entries: readonly TokenEntry[]) {
    this.#entries = entries;
  }

  get version(): number {
    return this.#version;
  }

  replace(entries: readonly TokenEntry[]): void {
    this.#entries = entries;
    this.#version++;
  }

  find(digest: Buffer): Grant | undefined {
    let found: Grant | undefined;
    // No early end: each is compared, whichever is found.
    for (const entry of this.#entries)
      if (timingSafeEqual(entry.digest, digest)) found = entry.grant;
    return found;
  }
}

export function digestOf(token: string | Uint8Array): Buffer {
  return hash('sha256', token, 'buffer');
}
