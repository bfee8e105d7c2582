/**
 * The history of a register, a key of the store, as its clients saw it. Each operation is an
 * interval, from before its first byte is sent until after its response is read. It takes effect at
 * one moment within.
 */

/** A value by its name; undefined: the key is absent. */
export type Value = string | undefined;

export interface Operation {
  /** `refused`: a write whose condition did not hold. */
  readonly kind: 'read' | 'write' | 'refused';
  /** The value that was written, or that the read returned. A delete writes undefined. */
  readonly value: Value;
  /** The value that the write was to replace, and no other. Each value is written once. */
  readonly replaces?: { readonly value: Value };
  readonly begun: number;
  readonly ended: number;
  /** A write without a response: it took effect before the server ended, or never. */
  readonly lost?: boolean;
}

/** Whether the operation may take effect while the register holds this. */
export function fits({ kind, value, replaces }: Operation, held: Value): boolean {
  if (kind === 'read') return value === held;
  return !replaces || (replaces.value === held) === (kind === 'write');
}

/** Records the operations of each key by one clock, which rises with each beginning and end. */
export class Recorder {
  #now = 0;
  readonly #operations = new Map<string, Operation[]>();

  /** A moment of its own. */
  tick(): number {
    return ++this.#now;
  }

  /** An operation that is over now. A read without a response says nothing, and is not recorded. */
  end(key: string, operation: Omit<Operation, 'ended'>): void {
    this.of(key).push({ ...operation, ended: this.tick() });
  }

  of(key: string): Operation[] {
    const known = this.#operations.get(key);
    if (known) return known;
    const operations: Operation[] = [];
    this.#operations.set(key, operations);
    return operations;
  }
}
