/** The condition of a write, and whether it holds. */
import { readInfo } from '../../record.js';
import type { Condition } from '../../store.js';

/**
 * The condition of an entity that another store had: what is stored is not newer. One that has
 * expired counts, and one whose version nobody knows, because it is damaged, is replaced.
 */
export interface NotNewer {
  readonly kind: 'not-newer';
  readonly version: number;
}

export type WriteCondition = Condition | NotNewer;

/** The entity under a key, as far as a write has to know it. */
export interface Stored {
  /** Undefined if the record is damaged: then no version is known. */
  readonly version: number | undefined;
  /** Undefined: never, or the record is damaged. */
  readonly expiresMs: number | undefined;
}

export function isPresent(stored: Stored | undefined, nowMs: number): boolean {
  return stored !== undefined && !(stored.expiresMs !== undefined && stored.expiresMs <= nowMs);
}

export function holds(
  condition: WriteCondition,
  stored: Stored | undefined,
  nowMs: number,
): boolean {
  if (condition.kind === 'not-newer')
    return stored?.version === undefined || stored.version <= condition.version;
  if (condition.kind === 'absent') return !isPresent(stored, nowMs);
  if (!isPresent(stored, nowMs)) return false;
  if (condition.kind === 'present') return true;
  return stored?.version !== undefined && condition.versions.includes(stored.version);
}

/** A record, as far as a condition has to know it. */
export function storedIn(record: Buffer): Stored {
  try {
    const { version, expiresMs } = readInfo(record);
    return { version, expiresMs };
  } catch {
    return { version: undefined, expiresMs: undefined };
  }
}
