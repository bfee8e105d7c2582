/**
 * The transactions of the store: the only code that changes the data file. Each is stored whole or
 * not at all, and is on the disk when the call returns, because LMDB's commit blocks until then.
 */
import { ABORT } from 'lmdb';
import { isDescribed, readInfo, readUint64, writeUint64 } from '../../record.js';
import {
  ceilingKey,
  databaseStats,
  dataFile,
  type Environment,
  envStats,
  formatKey,
  formatWithFields,
  readersOf,
} from '../file/environment.js';
import { overflowPages, Preallocation, pagesNeeded } from '../file/preallocation.js';
import type { Step } from './batch.js';
import { firstFailed, holds, isPresent, type Stored } from './conditions.js';
import type { StepOutcomes } from './outcomes.js';

const nothing = Buffer.alloc(0);
/**
 * Codes of a full disk that preallocation.ts did not foresee: MDB_MAP_FULL, ENOSPC, EDQUOT, EFBIG.
 */
const fullCodes: ReadonlySet<unknown> = new Set([-30792, 28, 122, 69, 27]);

export class Transactions {
  readonly #env: Environment;
  readonly #preallocation: Preallocation;
  /** Entities that expire. While there are none, a write without a condition reads no record. */
  #expiringEntities: number;
  /** Whether older releases refuse the directory: they could not read records with fields. */
  #allowsFields: boolean;
  #broken = false;

  constructor(env: Environment, directory: string) {
    this.#env = env;
    this.#preallocation = new Preallocation(dataFile(directory), () =>
      readersOf(env.root).flatMap(({ commit }) => commit ?? []),
    );
    this.#expiringEntities = databaseStats(env.expiry).entryCount;
    this.#allowsFields = env.meta.get(formatKey)?.equals(uint64(formatWithFields)) ?? false;
  }

  /** Whether a commit failed on its way to the disk: the state there is unknown. */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Stores changes of keys, in order. The condition of each is asked after the changes before it.
   * @param ceiling a new version ceiling to store with them
   * @param isAtomic whether the first condition that fails undoes all
   * @throws StoreError `full`, before anything is changed; else the error of LMDB, see {@link
   *   saysFull}
   */
  commit(steps: readonly Step[], ceiling: number | undefined, isAtomic = false): StepOutcomes {
    let undone: StepOutcomes | undefined;
    try {
      return this.#transaction(() => {
        const outcomes = this.#store(steps, ceiling, isAtomic);
        if (!isAtomic || outcomes.conditionFailed.length === 0) return outcomes;
        undone = outcomes;
        throw new Error('a condition failed');
      });
    } catch (error) {
      if (undone) return undone;
      throw error;
    }
  }

  /**
   * The index of the first step whose condition does not hold, if all are done in order; -1: all
   * hold. Changes nothing, and needs no space.
   */
  firstFailed(steps: readonly Step[]): number {
    let index = -1;
    this.#env.root.transactionSync(() => {
      index = firstFailed(steps, (key) => this.#look(key));
      return ABORT;
    });
    return index;
  }

  /**
   * Removes up to `limit` entities that had expired by `nowMs`. Returns how many. Throws like
   * commit().
   */
  sweep(nowMs: number, limit: number): number {
    return this.#transaction(() => this.#sweep(nowMs, limit));
  }

  /**
   * Makes a last commit that changes nothing. The two states that the file then holds are the same
   * to a reader, so that damage to the newer meta page can't bring an older value back. It may
   * fail: everything acknowledged is on the disk.
   */
  seal(): void {
    try {
      this.#transaction(() => this.#touch());
    } catch {
      // A full or broken disk. The last commit stands.
    }
  }

  close(): void {
    this.#preallocation.close();
  }

  /** Runs the work in one transaction that is durable on return. A throw aborts it. */
  #transaction<T>(work: () => T): T {
    const expiringEntities = this.#expiringEntities;
    const allowsFields = this.#allowsFields;
    let commits = false;
    try {
      return this.#env.root.transactionSync(() => {
        const result = work();
        commits = true;
        return result;
      });
    } catch (error) {
      this.#expiringEntities = expiringEntities;
      this.#allowsFields = allowsFields;
      this.#broken ||= commits && !saysFull(error);
      throw error;
    }
  }

  /**
   * Makes sure that the disk has space for a change of these keys.
   * @param recordLengths of the new records; none: the keys are only removed
   * @param expiring how many of the new records expire
   * @throws StoreError `full`
   */
  #preallocate(keys: readonly Buffer[], recordLengths: readonly number[], expiring: number): void {
    const trees = this.#expiringEntities > 0 ? [this.#env.expiry] : [];
    const stats = envStats(this.#env.entities, ...trees);
    let freedPages = 0;
    if (stats.overflowPages > 0)
      for (const key of keys)
        freedPages += overflowPages(
          this.#env.entities.getBinaryFast(key)?.length ?? 0,
          stats.pageBytes,
        );
    // The expiry index is a tree of its own. It changes where a new record enters it, and where an
    // old one may leave it.
    const changes = keys.length + expiring + (this.#expiringEntities > 0 ? keys.length : 0);
    this.#preallocation.ensure(
      stats,
      pagesNeeded(stats, changes, recordLengths, freedPages),
      recordLengths.length > 0,
    );
  }

  /** @throws StoreError `full`, before anything is changed */
  #store(steps: readonly Step[], ceiling: number | undefined, isAtomic: boolean): StepOutcomes {
    this.#preallocate(
      steps.map(({ key }) => key),
      steps.flatMap(({ record }) => record?.length ?? []),
      steps.filter(({ expiresMs }) => expiresMs !== undefined).length,
    );
    const conditionFailed: number[] = [];
    const absent: number[] = [];
    for (const [index, step] of steps.entries()) {
      const { key, record, condition, nowMs } = step;
      const mustLook = condition !== undefined || this.#expiringEntities > 0;
      const stored = mustLook ? this.#look(key) : undefined;
      if (condition !== undefined && !holds(condition, stored, nowMs)) {
        conditionFailed.push(index);
        if (isAtomic) break;
        continue;
      }
      if (stored?.expiresMs !== undefined) this.#forgetExpiry(key, stored.expiresMs);
      if (record !== undefined) this.#put(step, record);
      else {
        const wasThere = this.#env.entities.removeSync(key);
        if (!wasThere || (mustLook && !isPresent(stored, nowMs))) absent.push(index);
      }
    }
    if (ceiling !== undefined) this.#env.meta.putSync(ceilingKey, uint64(ceiling));
    return { conditionFailed, absent };
  }

  #put({ key, expiresMs }: Step, record: Buffer): void {
    this.#env.entities.putSync(key, record);
    if (expiresMs !== undefined) {
      this.#env.expiry.putSync(expiryKey(expiresMs, key), nothing);
      this.#expiringEntities++;
    }
    if (isDescribed(record) && !this.#allowsFields) {
      this.#env.meta.putSync(formatKey, uint64(formatWithFields));
      this.#allowsFields = true;
    }
  }

  /** Removes a key that will be replaced from the expiry index. */
  #forgetExpiry(key: Buffer, expiresMs: number): void {
    if (this.#env.expiry.removeSync(expiryKey(expiresMs, key))) this.#expiringEntities--;
  }

  #sweep(nowMs: number, limit: number): number {
    const due = [...this.#env.expiry.getKeys({ limit, end: expiryKey(nowMs + 1, nothing) })];
    if (due.length === 0) {
      if (this.#preallocation.awaitsCommit) this.#touch();
      return 0;
    }
    this.#preallocate(
      due.map((entry) => entry.subarray(8)),
      [],
      0,
    );
    for (const entry of due) {
      const key = entry.subarray(8);
      // The index is exact. The record is checked all the same, because a deletion follows.
      if (this.#look(key)?.expiresMs === readUint64(entry, 0)) this.#env.entities.removeSync(key);
      this.#env.expiry.removeSync(entry);
      this.#expiringEntities--;
    }
    return due.length;
  }

  /** Makes a commit that changes nothing. */
  #touch(): void {
    this.#preallocate([formatKey], [], 0);
    this.#env.meta.putSync(formatKey, this.#env.meta.get(formatKey) ?? nothing);
  }

  /** The entity under the key, its checksum unchecked; undefined: there is none. */
  #look(key: Buffer): Stored | undefined {
    const record = this.#env.entities.getBinaryFast(key);
    if (record === undefined) return undefined;
    try {
      return readInfo(record);
    } catch {
      return { version: undefined, expiresMs: undefined };
    }
  }
}

/** Whether an error of a transaction means that it did not fit on the disk. */
export function saysFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'full' || fullCodes.has(code);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeUint64(bytes, 0, value);
  return bytes;
}

function expiryKey(expiresMs: number, key: Uint8Array): Buffer {
  const entry = Buffer.allocUnsafe(8 + key.length);
  entry.set(key, writeUint64(entry, 0, expiresMs));
  return entry;
}
