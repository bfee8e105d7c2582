/** Whether the condition of a write holds. Asked inside its transaction. */
import type { Condition } from '../../store.js';

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

export function holds(condition: Condition, stored: Stored | undefined, nowMs: number): boolean {
  if (condition.kind === 'absent') return !isPresent(stored, nowMs);
  if (!isPresent(stored, nowMs)) return false;
  if (condition.kind === 'present') return true;
  return stored?.version !== undefined && condition.versions.includes(stored.version);
}
