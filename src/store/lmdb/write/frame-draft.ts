/**
 * Puts the writes of a frame into the active segment, in order. Conditions, and whether a deletion
 * finds an entity, are decided here: after the writes before, in this frame and in those before it.
 */
import type { Result, StoreError } from '../../store.js';
import type { Segment } from '../journal/segment.js';
import { holds, isPresent, type Stored } from './conditions.js';
import { conditionFailure, type Group, type Queued, resultOf, type SingleWrite } from './queued.js';
import type { VersionClock } from './version-clock.js';
import { mustLook, type Write, writeEntry } from './write.js';

/** Looks up what is stored, before this frame. */
export type Look = (key: Uint8Array) => Stored | undefined;

/** How an item ends, once the frame is durable. */
export interface Outcome {
  /** Nothing of the item is stored. */
  readonly error?: StoreError;
  readonly result?: Result | readonly Result[];
}

/** Where the entries go. */
export type Target = Pick<Segment, 'memory' | 'entriesStart'>;

export class FrameDraft {
  readonly #memory: Buffer;
  readonly #versions: VersionClock;
  readonly #look: Look;
  readonly #nowMs: number;
  /** The state that this frame leaves, by key; only if one of its writes has to know. */
  readonly #written: Map<string, Stored | undefined> | undefined;
  readonly #keys: Uint8Array[] = [];
  #end: number;

  /** @param nowMs milliseconds since 1970: an entity that had expired by then is absent */
  constructor(
    { memory, entriesStart }: Target,
    versions: VersionClock,
    look: Look,
    nowMs: number,
    items: readonly Queued[],
  ) {
    this.#memory = memory;
    this.#versions = versions;
    this.#look = look;
    this.#nowMs = nowMs;
    this.#end = entriesStart;
    this.#written = items.some(hasToLook) ? new Map() : undefined;
  }

  /** Where its entries end. */
  get end(): number {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  /** The keys of its entries. */
  get keys(): readonly Uint8Array[] {
    return this.#keys;
  }

  add(item: Queued): Outcome {
    return item.writes ? this.#addGroup(item) : this.#addSingle(item);
  }

  #addSingle({ write, stored }: SingleWrite): Outcome {
    const before = this.#before(write);
    if (write.condition !== undefined && !holds(write.condition, before, this.#nowMs))
      return { error: conditionFailure() };
    return { result: this.#write(write, stored?.values[0], before) };
  }

  #addGroup({ writes, leavesOut, stored }: Group): Outcome {
    const failed = leavesOut ? -1 : this.#firstFailed(writes);
    if (failed >= 0) return { error: conditionFailure(failed) };
    const results: Result[] = [];
    for (const [index, write] of writes.entries()) {
      const before = this.#before(write);
      if (leavesOut && write.condition && !holds(write.condition, before, this.#nowMs)) continue;
      results.push(this.#write(write, stored?.values[index], before));
    }
    return { result: results };
  }

  /** The index of the first write whose condition does not hold after those before it; -1: none. */
  #firstFailed(writes: readonly Write[]): number {
    if (!writes.some(({ condition }) => condition !== undefined)) return -1;
    const written = new Map<string, Stored | undefined>();
    return writes.findIndex((write) => {
      const name = nameOf(write.key);
      const before = written.has(name) ? written.get(name) : this.#before(write);
      if (write.condition && !holds(write.condition, before, this.#nowMs)) return true;
      // Its version is not known yet, so no condition can name it.
      written.set(name, write.value && { version: undefined, expiresMs: write.expiresMs });
      return false;
    });
  }

  /** The entity under the key when the write is done, if it has to know. */
  #before(write: Write): Stored | undefined {
    if (!mustLook(write)) return undefined;
    const name = nameOf(write.key);
    if (this.#written?.has(name)) return this.#written.get(name);
    return this.#look(write.key);
  }

  #write(
    write: Write,
    slotValue: Parameters<typeof writeEntry>[4],
    before: Stored | undefined,
  ): Result {
    const version = write.value === undefined ? 0 : this.#versionOf(write.version);
    const start = this.#end;
    this.#end = writeEntry(this.#memory, start, write, version, slotValue);
    this.#keys.push(write.key);
    this.#written?.set(nameOf(write.key), write.value && { version, expiresMs: write.expiresMs });
    return resultOf(write, version, isPresent(before, this.#nowMs));
  }

  #versionOf(given: number | undefined): number {
    return given === undefined ? this.#versions.next() : this.#versions.take(given);
  }
}

function hasToLook(item: Queued): boolean {
  return item.writes ? item.writes.some(mustLook) : mustLook(item.write);
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
