/**
 * The first pass of a copy: all entities, in the order of their keys, in groups. A group is stored
 * while the next is read. Groups end in order, so all up to the last one's last key is there.
 */
import type { Entity, Store } from '../../store/store.js';
import { entityPages } from './entity-pages.js';
import { withRetries } from './retries.js';

export interface TransferOptions {
  readonly source: Store;
  readonly target: Store;
  /** Begins behind this key. */
  readonly after: Buffer | undefined;
  readonly signal: AbortSignal;
  /** Called with a key whose record is damaged in the source. */
  readonly onDamaged: (key: Buffer) => void;
  /** Called with a key that expires later than the target can keep it. */
  readonly onRefused: (key: Buffer) => void;
  /** Called when a group is durable in the target, as is all before it. */
  readonly onStored: (group: Group) => Promise<void>;
}

export interface Group {
  readonly entities: readonly Entity[];
  readonly bytes: number;
  readonly last: Buffer;
}

/**
 * A cluster stores the entities of a bucket together: of some dozens of buckets, each should have
 * hundreds. Two groups are in memory.
 */
const maxGroupEntities = 16_384;
const maxGroupBytes = 8 * 1024 * 1024;

/** @throws StoreError; what the signal was aborted with */
export async function transfer(options: TransferOptions): Promise<void> {
  const { target, signal, onStored } = options;
  let storing: Promise<void> | undefined;
  const store = async (group: Group) => {
    await withRetries(signal, () => target.load(group.entities));
    await onStored(group);
  };
  try {
    for await (const group of groups(options)) {
      await storing;
      storing = store(group);
      // It is awaited after the next is read.
      storing.catch(() => {});
    }
  } finally {
    await storing;
  }
}

async function* groups(options: TransferOptions): AsyncGenerator<Group, void> {
  const { source: store, target, after, signal, onDamaged, onRefused } = options;
  const { maxExpiresMs = Number.POSITIVE_INFINITY } = target.capabilities;
  let entities: Entity[] = [];
  let bytes = 0;
  let last: Buffer | undefined;
  for await (const page of entityPages({ store, after, signal, onDamaged })) {
    for (const entity of page) {
      last = Buffer.from(entity.key);
      if ((entity.expiresMs ?? 0) > maxExpiresMs) {
        onRefused(last);
        continue;
      }
      entities.push(entity);
      bytes += entity.key.length + entity.value.length;
    }
    if (last && (entities.length >= maxGroupEntities || bytes >= maxGroupBytes)) {
      yield { entities, bytes, last };
      entities = [];
      bytes = 0;
    }
  }
  if (last && entities.length > 0) yield { entities, bytes, last };
}
