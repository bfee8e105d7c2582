/** Whether a write that does not fit on the disk fails for its condition: that comes first. */
import type { StoreError } from '../../store.js';
import { FrameDraft } from './frame-draft.js';
import { Lookup, type LookupParts } from './lookup.js';
import { entryBytesOf, type Queued } from './queued.js';
import type { VersionClock } from './version-clock.js';
import type { Write } from './write.js';

/** All that a condition is decided by. */
export interface Deciding {
  readonly versions: VersionClock;
  readonly sources: LookupParts;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** The error of the first condition that does not hold, if there is one. */
export async function conditionErrorOf(
  { versions, sources, nowMs }: Deciding,
  writes: readonly Write[],
  isGroup: boolean,
): Promise<StoreError | undefined> {
  // As if all values were in a slot, so that none is copied.
  const values = writes.map(() => ({ slot: 0, offset: 0, bytes: 0, crc: 0 }));
  const stored = { slot: undefined as never, values };
  const ends = { bytes: 0, stored, resolve: () => {}, reject: () => {} };
  const item: Queued = isGroup
    ? { ...ends, writes, leavesOut: false }
    : { ...ends, write: writes[0] as Write };
  const target = { memory: Buffer.alloc(entryBytesOf([item])), entriesStart: 0 };
  const lookup = new Lookup(sources);
  for (;;) {
    const { error } = new FrameDraft(target, versions, lookup.look, nowMs(), [item]).add(item);
    if (!lookup.isIncomplete) return error;
    await lookup.complete();
  }
}
