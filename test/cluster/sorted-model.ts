/**
 * The entities that a store should hold: a sorted map whose entities expire. A gateway decides by
 * its own clock whether an entity has expired, somewhere between the begin and the end of a
 * request. So the model knows of each entity whether it must, may, or can't be there.
 */

/** From before a request to after it, in ms since 1970. */
export interface Span {
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface Kept {
  readonly contentType: string;
  readonly contentEncoding: string | undefined;
  readonly meta: Readonly<Record<string, string>>;
}

export interface Held extends Kept {
  readonly value: Buffer;
  readonly version: string;
  /** It expires at a time in this span. Undefined: it stays. */
  readonly expires: Span | undefined;
}

export type Presence = 'yes' | 'maybe' | 'no';

export interface ModelRange {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
  readonly prefix?: Uint8Array | undefined;
  readonly after?: Uint8Array | undefined;
  readonly limit?: number | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
}

/** Key bytes as latin1 text, which sorts as the bytes do. */
export const textOf = (key: Uint8Array): string => Buffer.from(key).toString('latin1');

export class SortedModel {
  readonly #held = new Map<string, Held>();
  /** The highest version that a key had. */
  readonly #versions = new Map<string, bigint>();

  /** @throws Error if the version is not above all earlier ones of the key */
  put(key: Uint8Array, held: Held): void {
    const id = textOf(key);
    const version = BigInt(held.version);
    const before = this.#versions.get(id) ?? 0n;
    if (version <= before) throw new Error(`version ${version} follows ${before}`);
    this.#versions.set(id, version);
    this.#held.set(id, held);
  }

  delete(key: Uint8Array): void {
    this.#held.delete(textOf(key));
  }

  get(key: Uint8Array): Held | undefined {
    return this.#held.get(textOf(key));
  }

  presence(key: Uint8Array, { beganMs, endedMs }: Span): Presence {
    const held = this.get(key);
    if (!held) return 'no';
    if (!held.expires || held.expires.beganMs > endedMs) return 'yes';
    return held.expires.endedMs <= beganMs ? 'no' : 'maybe';
  }

  /** The keys of a range in its order, those that have expired included. Ignores its limit. */
  keys({ start, end, prefix, after, order = 'asc' }: ModelRange): Buffer[] {
    const sign = order === 'asc' ? 1 : -1;
    const isIn = (key: Buffer) =>
      (!start || Buffer.compare(key, start) >= 0) &&
      (!end || Buffer.compare(key, end) < 0) &&
      (!prefix || key.subarray(0, prefix.length).equals(prefix)) &&
      (!after || sign * Buffer.compare(key, after) > 0);
    const all = [...this.#held.keys()].map((id) => Buffer.from(id, 'latin1'));
    return all.filter(isIn).sort((a, b) => sign * Buffer.compare(a, b));
  }

  /** Whether these are the keys that a range yields. Undefined: they are; else what is wrong. */
  mismatch(range: ModelRange, found: readonly Uint8Array[], span: Span): string | undefined {
    const { limit = Number.POSITIVE_INFINITY } = range;
    let at = 0;
    for (const key of this.keys(range)) {
      if (at === limit) break;
      const presence = this.presence(key, span);
      const item = found[at];
      const isHere = item !== undefined && key.equals(item);
      if (isHere && presence === 'no') return `${at}: ${named(key)} has expired`;
      if (!isHere && presence === 'yes') return `${at}: ${named(key)} is missing`;
      if (isHere) at++;
    }
    const extra = found[at];
    return extra && `${at}: ${named(extra)} is out of place, or one too many`;
  }

  /** How many entities the removal of a range may count, and removes them. */
  deleteRange(range: ModelRange, span: Span): { least: number; most: number } {
    const all = this.keys(range).map((key) => this.presence(key, span));
    for (const key of this.keys(range)) this.delete(key);
    const least = all.filter((presence) => presence === 'yes').length;
    return { least, most: all.filter((presence) => presence !== 'no').length };
  }
}

export function named(key: Uint8Array): string {
  return JSON.stringify(textOf(key)).slice(0, 40);
}
