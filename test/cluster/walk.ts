/** One random operation after the other, through either gateway, each compared with the model. */
import type { Entity, EvenkeelClient } from '#client';
import {
  type Held,
  type Kept,
  type ModelRange,
  named,
  SortedModel,
  type Span,
} from './sorted-model.js';

export type Random = () => number;

const alphabet = [0x00, 0x0a, 0x25, 0x2f, 0x61, 0x62, 0x7f, 0xc3, 0xff];
const maxLetters = 3;
const longestKey = 1024;
const pieceBytes = 256 * 1024;
const chunkBytes = 512 * 1024;

export class Walk {
  readonly model = new SortedModel();
  /** The operations so far, newest last. */
  readonly log: string[] = [];
  readonly counts: Record<string, number> = {};
  /** All keys of the walk begin so. */
  readonly #prefix: number;
  readonly #random: Random;
  readonly #clientOf: () => EvenkeelClient;

  constructor(prefix: number, random: Random, clientOf: () => EvenkeelClient) {
    this.#prefix = prefix;
    this.#random = random;
    this.#clientOf = clientOf;
  }

  async step(): Promise<void> {
    const at = this.#random();
    if (at < 0.33) await this.#put();
    else if (at < 0.35) await this.#put(this.#largeBytes());
    else if (at < 0.6) await this.#get();
    else if (at < 0.64) await this.#head();
    else if (at < 0.76) await this.#delete();
    else if (at < 0.88) await this.#list(this.#range());
    else if (at < 0.97) await this.#listKeys(this.#range());
    else await this.#deleteRange();
  }

  /** Compares all that is there. */
  async end(): Promise<void> {
    for (const order of ['asc', 'desc'] as const) {
      await this.#list({ prefix: Buffer.of(this.#prefix), order });
      await this.#listKeys({ prefix: Buffer.of(this.#prefix), order });
    }
  }

  async #put(bytes = this.#below(4) === 0 ? this.#below(20_000) : this.#below(40)): Promise<void> {
    const key = this.#key();
    const value = this.#bytes(bytes);
    const ttlMs = this.#ttlMs();
    const kept = this.#kept();
    this.#say('put', `${named(key)} ${bytes} bytes, ttl ${ttlMs}, ${JSON.stringify(kept)}`);
    const { contentEncoding, ...fields } = kept;
    const options = {
      ...fields,
      ...(contentEncoding !== undefined && { contentEncoding }),
      ...(ttlMs !== undefined && { ttlMs }),
    };
    const { version, span } = await timed(() => this.#clientOf().put(key, value, options));
    const expires = ttlMs === undefined ? undefined : later(span, ttlMs);
    this.model.put(key, { ...kept, value, version, expires });
  }

  async #get(): Promise<void> {
    const key = this.#key();
    this.#say('get', named(key));
    const { entity, span } = await timed(async () => ({ entity: await this.#clientOf().get(key) }));
    this.#compareOne(key, entity !== undefined, span);
    if (entity) this.#compareEntity(key, entity);
  }

  async #head(): Promise<void> {
    const key = this.#key();
    this.#say('head', named(key));
    const { head, span } = await timed(async () => ({ head: await this.#clientOf().head(key) }));
    this.#compareOne(key, head !== undefined, span);
    const length = this.model.get(key)?.value.length;
    if (head && head.length !== length) throw new Error(`${head.length} bytes, not ${length}`);
  }

  async #delete(): Promise<void> {
    const key = this.#key();
    this.#say('delete', named(key));
    await this.#clientOf().delete(key);
    this.model.delete(key);
  }

  async #list(range: ModelRange): Promise<void> {
    this.#say('list', describe(range));
    const { found, span } = await timed(async () => {
      return { found: await all(this.#clientOf().list(definedOf(range))) };
    });
    this.#compareKeys(
      range,
      found.map(({ keyBytes }) => keyBytes),
      span,
    );
    for (const entity of found) this.#compareEntity(entity.keyBytes, entity);
  }

  async #listKeys(range: ModelRange): Promise<void> {
    this.#say('keys', describe(range));
    const { found, span } = await timed(async () => {
      return { found: await all(this.#clientOf().listKeys(definedOf(range))) };
    });
    this.#compareKeys(
      range,
      found.map(({ keyBytes }) => keyBytes),
      span,
    );
  }

  async #deleteRange(): Promise<void> {
    const range = this.#below(2) === 0 ? { prefix: this.#key() } : this.#bounds();
    this.#say('delete range', describe(range));
    const { deleted, span } = await timed(async () => {
      return {
        deleted: await this.#clientOf().deleteRange(definedOf(range) as { prefix: Buffer }),
      };
    });
    const { least, most } = this.model.deleteRange(range, span);
    if (deleted < least || deleted > most)
      throw new Error(`deleted ${deleted}, not ${least} to ${most}`);
  }

  #compareOne(key: Buffer, isThere: boolean, span: Span): void {
    const presence = this.model.presence(key, span);
    if (presence !== 'maybe' && isThere !== (presence === 'yes'))
      throw new Error(`${named(key)} is ${isThere ? '' : 'not '}there`);
  }

  #compareKeys(range: ModelRange, found: Uint8Array[], span: Span): void {
    const wrong = this.model.mismatch(range, found, span);
    if (wrong !== undefined) throw new Error(wrong);
  }

  #compareEntity(key: Uint8Array, entity: Entity): void {
    const held = this.model.get(key) as Held;
    const { contentType, contentEncoding, meta, version, expiresAt } = entity;
    const differ = (what: string) => new Error(`${what} of ${named(key)} differs`);
    if (!held.value.equals(entity.value)) throw differ('the value');
    if (held.version !== version) throw differ('the version');
    const kept = JSON.stringify([held.contentType, held.contentEncoding, held.meta]);
    if (JSON.stringify([contentType, contentEncoding, meta]) !== kept) throw differ('a field');
    const { beganMs = 0, endedMs = 0 } = held.expires ?? {};
    const expiresMs = expiresAt?.getTime() ?? 0;
    if (expiresMs < beganMs || expiresMs > endedMs) throw differ('the expiry');
  }

  #say(name: string, text: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    this.log.push(`${name} ${text}`);
  }

  /** Few letters, so that walks meet, and keys begin with others; some are as long as may be. */
  #key(): Buffer {
    const letters = 1 + this.#below(maxLetters);
    const key = [this.#prefix, ...Array.from({ length: letters }, () => this.#oneOf(alphabet))];
    if (this.#below(30) > 0) return Buffer.from(key);
    return Buffer.concat([Buffer.from(key), Buffer.alloc(longestKey - key.length, key[1])]);
  }

  #range(): ModelRange {
    const some = <Value>(make: () => Value) => (this.#below(2) === 0 ? make() : undefined);
    const bounds = this.#below(3) === 0 ? { prefix: this.#key() } : this.#bounds();
    const order = this.#oneOf(['asc', 'desc'] as const);
    const limit = some(() => 1 + this.#below(30));
    return { ...bounds, order, limit, after: some(() => this.#key()) };
  }

  /** All keys of the walk, or those between two. */
  #bounds(): { readonly start: Buffer; readonly end: Buffer } {
    const [start, end] = [this.#prefix, this.#prefix + 1].map((byte) =>
      this.#below(3) === 0 ? Buffer.of(byte) : this.#key(),
    ) as [Buffer, Buffer];
    return { start, end };
  }

  /** Mostly none; some that pass within a few operations, and some that do not pass. */
  #ttlMs(): number | undefined {
    return this.#oneOf([undefined, undefined, undefined, 1, 200, 1500, 5000, 3_600_000]);
  }

  #kept(): Kept {
    const value = this.#oneOf(['', 'ada', 'a b', '~'.repeat(100)]);
    return {
      contentType: this.#oneOf(['application/octet-stream', 'text/plain', 'a/b; c="d"']),
      // One that fetch knows would be decoded.
      contentEncoding: this.#oneOf([undefined, undefined, 'x-own']),
      meta: this.#oneOf([{}, {}, { owner: value }, { a: value, b: 'c' }]),
    };
  }

  #largeBytes(): number {
    const bound = this.#oneOf([pieceBytes, chunkBytes, 2 * chunkBytes, 3 * chunkBytes]);
    return bound + this.#below(3) - 1;
  }

  /** They differ from place to place, so that chunks in another order would show. */
  #bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length, this.#below(256));
    for (let at = 0; at < length; at += 1 + this.#below(10_000)) bytes[at] = this.#below(256);
    return bytes;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #oneOf<Value>(values: readonly Value[]): Value {
    return values[this.#below(values.length)] as Value;
  }
}

async function timed<Result extends object>(
  call: () => Promise<Result>,
): Promise<Result & { readonly span: Span }> {
  const beganMs = Date.now();
  const result = await call();
  return { ...result, span: { beganMs, endedMs: Date.now() } };
}

const later = ({ beganMs, endedMs }: Span, ms: number): Span => ({
  beganMs: beganMs + ms,
  endedMs: endedMs + ms,
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function definedOf(range: ModelRange): object {
  return Object.fromEntries(Object.entries(range).filter(([, value]) => value !== undefined));
}

function describe(range: ModelRange): string {
  const members = Object.entries(definedOf(range)).map(
    ([name, value]) => `${name} ${value instanceof Uint8Array ? named(value) : value}`,
  );
  return members.join(', ');
}
