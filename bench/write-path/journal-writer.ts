/**
 * The trial: a journal in front of the tree. A batch is acknowledged once it is in the journal, by one write; the tree takes a whole segment
 * in at a time, in the background, and what it does not have yet is read from the segments' memory. There are two segments:
 * one takes batches while the other goes into the tree. When both are full, batches wait.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Transactions } from '#dist/store/embedded/transactions.js';
import { failed, type Writer } from '#dist/store/embedded/writer.js';
import { StoreError } from '#dist/store/store.js';
import { checkpoint } from './checkpoint.js';
import type { CheckpointOptions, CheckpointRequest } from './checkpoint-thread.js';
import { entriesOf, recordAt } from './entries.js';
import { Segment, type Sync } from './segment.js';
import { ThreadLine } from './thread-line.js';

export interface JournalOptions {
  readonly sync: Sync;
  readonly segmentBytes: number;
  /** Keys that may be in memory only, for each segment. */
  readonly mostKeys: number;
}

/** A segment, and where in its memory the newest entry of each key begins. */
interface Half {
  readonly number: number;
  readonly segment: Segment;
  readonly index: Map<string, number>;
}

export class JournalWriter implements Writer {
  readonly merges = false;
  readonly #thread: ThreadLine<CheckpointRequest, number>;
  readonly #mostKeys: number;
  readonly #onTreeChanged: () => void;
  #active: Half;
  #other: Half;
  /** Begins anywhere: the files still hold frames of earlier lives, and none of them may be the next of this one. */
  #sequence = randomInt(2 ** 47);
  #checkpoint: Promise<void> | undefined;
  #failure: StoreError | undefined;
  /** How long batches waited because both segments were full, in ms. */
  stalledMs = 0;

  /** @param onTreeChanged called when readers must look at the tree anew */
  constructor(folder: string, options: JournalOptions, replayInto: Transactions, onTreeChanged: () => void) {
    const halves = [0, 1].map((number) => ({
      number,
      segment: new Segment(join(folder, `journal-${number}`), options.segmentBytes, options.sync),
      index: new Map<string, number>(),
    })) as [Half, Half];
    const byAge = halves.toSorted((a, b) => firstSequence(a) - firstSequence(b));
    for (const { segment } of byAge) checkpoint(replayInto, segment.memory, segment.frames);
    [this.#active, this.#other] = halves;
    this.#mostKeys = options.mostKeys;
    this.#onTreeChanged = onTreeChanged;
    const memories = halves.map(({ segment }) => segment.memory.buffer);
    this.#thread = new ThreadLine(new URL('./checkpoint-thread.js', import.meta.url), {
      folder,
      memories,
    } satisfies CheckpointOptions);
  }

  /** Clears what was replayed. To be called once, before the first commit. */
  async begin(): Promise<void> {
    for (const { segment } of [this.#active, this.#other].sort((a, b) => firstSequence(a) - firstSequence(b)))
      await segment.clear();
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /** The record of a key that the tree may not have yet; null: removed; undefined: the tree knows. */
  find(key: Buffer): Buffer | null | undefined {
    const name = key.toString('latin1');
    for (const { index, segment } of [this.#active, this.#other]) {
      const at = index.get(name);
      if (at !== undefined) return recordAt(segment.memory, at) ?? null;
    }
    return undefined;
  }

  async commit(batch: ArrayBuffer, _writes: number, ceiling: number | undefined): Promise<undefined> {
    try {
      if (!this.#active.segment.fits(batch.byteLength) || this.#active.index.size >= this.#mostKeys)
        await this.#turnOver();
      if (this.#failure) throw this.#failure;
      const { segment, index } = this.#active;
      const { start, end } = await segment.append(batch, ++this.#sequence, ceiling ?? 0);
      for (const entry of entriesOf(segment.memory, start, end)) index.set(entry.key, entry.start);
    } catch (error) {
      this.#failure ??= error instanceof StoreError ? error : failed((error as Error).message);
      throw this.#failure;
    }
  }

  sweep(nowMs: number, limit: number): Promise<number> {
    return this.#thread.ask({ kind: 'sweep', nowMs, limit });
  }

  async close(): Promise<void> {
    await this.#turnOver();
    await this.#checkpoint;
    await this.#thread.ask({ kind: 'close' });
    await this.#thread.end();
    for (const { segment } of [this.#active, this.#other]) segment.close();
  }

  /** Lets the tree take the full segment in, once it is done with the other. */
  async #turnOver(): Promise<void> {
    const began = performance.now();
    await this.#checkpoint;
    this.stalledMs += performance.now() - began;
    [this.#active, this.#other] = [this.#other, this.#active];
    this.#checkpoint = this.#takeIn(this.#other);
  }

  async #takeIn({ number, segment, index }: Half): Promise<void> {
    try {
      await this.#thread.ask({ kind: 'checkpoint', segment: number, frames: segment.frames });
      this.#onTreeChanged();
      index.clear();
      await segment.clear();
    } catch (error) {
      this.#failure ??= failed((error as Error).message);
    }
  }
}

function firstSequence({ segment }: Half): number {
  return segment.frames[0]?.sequence ?? 0;
}
