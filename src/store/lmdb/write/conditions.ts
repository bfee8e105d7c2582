/**
 * The condition of a write: as bytes in a batch, and whether it holds, asked in the transaction.
 *
 *     none: [0 u8]   absent: [1 u8]   present: [2 u8]
 *     one of these versions: [3 u8][count u16][version f64 …]
 *     not newer than this version: [4 u8][version f64]
 */
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

/** A write of a transaction, as far as conditions see it. */
export interface ConditionalWrite {
  readonly key: Buffer;
  /** It is under the key after the write; undefined: the key is removed. */
  readonly record: Buffer | undefined;
  readonly condition: WriteCondition | undefined;
  readonly nowMs: number;
}

/**
 * The index of the first write whose condition does not hold, if all are done in order; -1: all
 * hold.
 * @param look at what is stored before the first
 */
export function firstFailed(
  writes: readonly ConditionalWrite[],
  look: (key: Buffer) => Stored | undefined,
): number {
  const written = new Map<string, Stored | undefined>();
  return writes.findIndex(({ key, record, condition, nowMs }) => {
    const name = key.toString('latin1');
    const stored = () => (written.has(name) ? written.get(name) : look(key));
    if (condition !== undefined && !holds(condition, stored(), nowMs)) return true;
    written.set(name, record && readInfo(record));
    return false;
  });
}

const always = 0;
const ifAbsent = 1;
const ifPresent = 2;
const ifVersion = 3;
const ifNotNewer = 4;

/** Beyond the byte that says which condition it is. */
export function conditionBytes(condition: WriteCondition | undefined): number {
  if (condition?.kind === 'not-newer') return 8;
  return condition?.kind === 'version' ? 2 + 8 * condition.versions.length : 0;
}

export function writeCondition(
  buffer: Buffer,
  at: number,
  condition: WriteCondition | undefined,
): number {
  if (condition?.kind === 'not-newer') {
    buffer[at] = ifNotNewer;
    return buffer.writeDoubleLE(condition.version, at + 1);
  }
  if (condition?.kind !== 'version') {
    buffer[at] = !condition ? always : condition.kind === 'absent' ? ifAbsent : ifPresent;
    return at + 1;
  }
  buffer[at] = ifVersion;
  let position = buffer.writeUInt16LE(condition.versions.length, at + 1);
  for (const each of condition.versions) position = buffer.writeDoubleLE(each, position);
  return position;
}

export function readCondition(buffer: Buffer, at: number): WriteCondition | undefined {
  const kind = buffer[at];
  if (kind === always) return undefined;
  if (kind === ifAbsent) return { kind: 'absent' };
  if (kind === ifPresent) return { kind: 'present' };
  if (kind === ifNotNewer) return { kind: 'not-newer', version: buffer.readDoubleLE(at + 1) };
  const versions = Array.from({ length: buffer.readUInt16LE(at + 1) }, (_, index) =>
    buffer.readDoubleLE(at + 3 + 8 * index),
  );
  return { kind: 'version', versions };
}
