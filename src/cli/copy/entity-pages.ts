/**
 * All entities of a store in the order of their keys. Failures of a cluster that pass do not end
 * it. A damaged record does not either: it is named, and those behind it follow.
 */
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { type Entity, type Store, StoreError } from '../../store/store.js';
import { Retries } from './retries.js';

export interface Reading {
  readonly store: Store;
  /** Begins behind this key. */
  readonly after?: Buffer | undefined;
  readonly signal: AbortSignal;
  /** Called with the key of each damaged record. */
  readonly onDamaged: (key: Buffer) => void;
}

const lowestKey = Buffer.alloc(1);
/** Signals and the progress are looked at between pages that take so long together. */
const turnMs = 50;

/** @throws StoreError; what the signal was aborted with */
export async function* entityPages(reading: Reading): AsyncGenerator<readonly Entity[], void> {
  const { store, signal } = reading;
  const retries = new Retries(signal);
  const position: Position = { last: reading.after };
  let isDamaged = false;
  let endMs = performance.now() + turnMs;
  for (;;)
    try {
      const pages = isDamaged ? untilDamaged(reading, position) : store.range(behind(position));
      for await (const page of pages) {
        if (performance.now() >= endMs) {
          await endOfTurn();
          endMs = performance.now() + turnMs;
        }
        signal.throwIfAborted();
        const last = page.at(-1);
        if (!last) continue;
        retries.reset();
        yield page;
        position.last = Buffer.from(last.key);
      }
      if (!isDamaged) return;
      isDamaged = false;
    } catch (error) {
      const isNew = !isDamaged && error instanceof StoreError && error.code === 'damaged';
      if (isNew) isDamaged = true;
      else await retries.afterFailure(error);
    }
}

interface Position {
  /** The key that was yielded, or named, last. */
  last: Buffer | undefined;
}

/** Reads one by one, because a range does not say which record is damaged. Ends behind that. */
async function* untilDamaged(
  { store, onDamaged }: Reading,
  position: Position,
): AsyncGenerator<readonly Entity[], void> {
  for await (const keys of store.keys(behind(position)))
    for (const key of keys) {
      let entity: Entity | undefined;
      try {
        entity = await store.get(key);
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'damaged') throw error;
        position.last = Buffer.from(key);
        onDamaged(position.last);
        return;
      }
      if (entity) yield [entity];
    }
}

function behind({ last }: Position) {
  return last === undefined ? { start: lowestKey } : { start: lowestKey, after: last };
}
