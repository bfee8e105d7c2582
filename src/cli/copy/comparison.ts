/**
 * The second pass of a copy: both stores are read side by side, and each entity is compared: its
 * version, time of expiry, fields and value. One that differs is read once more by itself, because
 * it may have expired, or been written, between the two reads.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Entity, type Store, StoreError } from '../../store/store.js';
import { entityPages } from './entity-pages.js';
import { withRetries } from './retries.js';

export interface ComparisonOptions {
  readonly source: Store;
  readonly target: Store;
  readonly signal: AbortSignal;
  /** Called with a key whose record is damaged in the source. */
  readonly onDamaged: (key: Buffer) => void;
  /** Called with a key and how its entity in the target is wrong, for example `is missing`. */
  readonly onFault: (key: Buffer, fault: string) => void;
  /** Called with the bytes of each entity of the source. */
  readonly onCompared: (bytes: number) => void;
}

export interface Comparison {
  readonly equal: number;
  /** The target has a later version. */
  readonly newer: number;
  readonly missing: number;
  readonly different: number;
  readonly onlyInTarget: number;
}

type Verdict = keyof Comparison | 'gone';

/** @throws StoreError; what the signal was aborted with */
export async function compareStores(options: ComparisonOptions): Promise<Comparison> {
  const { signal, onDamaged, onFault, onCompared } = options;
  const counts = { equal: 0, newer: 0, missing: 0, different: 0, onlyInTarget: 0 };
  const source = new Cursor(entityPages({ store: options.source, signal, onDamaged }));
  // A damaged record of the target shows as one that is missing.
  const target = new Cursor(entityPages({ store: options.target, signal, onDamaged: () => {} }));
  await source.advance();
  await target.advance();
  for (;;) {
    const [theirs, ours] = [source.entity, target.entity];
    const order = orderOf(theirs, ours);
    if (order === undefined) break;
    if (order > 0) counts.onlyInTarget++;
    else {
      const entity = theirs as Entity;
      const fault = faultOf(entity, order === 0 ? ours : undefined);
      if (fault === undefined) counts.equal++;
      else {
        const key = Buffer.from(entity.key);
        const { verdict, text } = await lookAgain(options, key);
        if (verdict === 'missing' || verdict === 'different') onFault(key, text);
        if (verdict !== 'gone') counts[verdict]++;
      }
      onCompared(entity.key.length + entity.value.length);
    }
    const arriving = [order <= 0 && source.advance(), order >= 0 && target.advance()];
    for (const each of arriving) if (each) await each;
  }
  return counts;
}

async function lookAgain(
  { source, target, signal, onDamaged }: ComparisonOptions,
  key: Buffer,
): Promise<{ verdict: Verdict; text: string }> {
  const theirs = await read(source, key, signal);
  const ours = await read(target, key, signal);
  if (theirs === 'damaged') onDamaged(key);
  if (theirs === 'damaged' || theirs === undefined) return { verdict: 'gone', text: '' };
  if (ours === 'damaged') return { verdict: 'different', text: 'is damaged' };
  if (ours === undefined) return { verdict: 'missing', text: 'is missing' };
  if (ours.version > theirs.version) return { verdict: 'newer', text: '' };
  const fault = faultOf(theirs, ours);
  return fault === undefined
    ? { verdict: 'equal', text: '' }
    : { verdict: 'different', text: `has another ${fault}` };
}

async function read(store: Store, key: Buffer, signal: AbortSignal) {
  try {
    return await withRetries(signal, () => store.get(key));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'damaged') return 'damaged' as const;
    throw error;
  }
}

/** Whose entity comes first; undefined: both are at their end. */
function orderOf(theirs: Entity | undefined, ours: Entity | undefined): number | undefined {
  if (theirs === undefined) return ours === undefined ? undefined : 1;
  return ours === undefined ? -1 : Buffer.compare(theirs.key, ours.key);
}

/** The first part in which they differ. */
function faultOf(theirs: Entity, ours: Entity | undefined): string | undefined {
  if (ours === undefined || theirs.version !== ours.version) return 'version';
  if (theirs.expiresMs !== ours.expiresMs) return 'time of expiry';
  if (!isDeepStrictEqual(theirs.fields, ours.fields)) return 'set of fields';
  return Buffer.compare(theirs.value, ours.value) === 0 ? undefined : 'value';
}

/** A place among the entities of a store. */
class Cursor {
  readonly #pages: AsyncGenerator<readonly Entity[], void>;
  #page: readonly Entity[] = [];
  #at = -1;

  constructor(pages: AsyncGenerator<readonly Entity[], void>) {
    this.#pages = pages;
  }

  /** Undefined: it is at the end. */
  get entity(): Entity | undefined {
    return this.#page[this.#at];
  }

  /** Goes to the next. A promise has to be awaited before any other call. */
  advance(): undefined | Promise<void> {
    this.#at++;
    return this.#at < this.#page.length ? undefined : this.#turn();
  }

  async #turn(): Promise<void> {
    const next = await this.#pages.next();
    this.#page = next.done ? [] : next.value;
    this.#at = 0;
  }
}
