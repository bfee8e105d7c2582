/**
 * The two segments, which take turns: one is active, and the other is free or goes into LMDB. Each
 * has a layer of the memtable.
 */
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Checkpointer } from '../checkpoint/checkpointer.js';
import type { Control } from '../checkpoint/messages.js';
import { Layer, type Memtable } from '../memtable/memtable.js';
import type { FrameWriter } from './frame-writer.js';
import type { RecoveredJournal } from './recovery.js';
import type { Segment } from './segment.js';

export interface SegmentPairParts {
  readonly segments: readonly [Segment, Segment];
  readonly memtable: Memtable;
  readonly control: Control;
  readonly checkpointer: Checkpointer;
  readonly writer: FrameWriter;
}

/** Between two attempts to seal a segment that takes a frame. */
const sealMs = 2;

export class SegmentPair {
  readonly #segments: readonly [Segment, Segment];
  readonly #layers: ReadonlyMap<Segment, Layer>;
  readonly #memtable: Memtable;
  readonly #control: Control;
  readonly #checkpointer: Checkpointer;
  readonly #writer: FrameWriter;
  #active: Segment;
  #checkpoint: Promise<void> | undefined;
  #isWriting = false;

  constructor({ segments, memtable, control, checkpointer, writer }: SegmentPairParts) {
    this.#segments = segments;
    this.#layers = new Map(segments.map((each) => [each, new Layer(each.entries, each.slots)]));
    this.#memtable = memtable;
    this.#control = control;
    this.#checkpointer = checkpointer;
    this.#writer = writer;
    this.#active = segments[0];
  }

  /** The segment that takes the next frame. */
  get active(): Segment {
    return this.#active;
  }

  /** The segment that is not active. */
  get other(): Segment {
    const [first, second] = this.#segments;
    return this.#active === first ? second : first;
  }

  /** Resolves when the checkpoint that runs ends, however; undefined: none runs. */
  get checkpoint(): Promise<void> | undefined {
    return this.#checkpoint;
  }

  /** Opens the files, and makes them if they are absent. */
  async open(): Promise<void> {
    for (const segment of this.#segments) await segment.open();
  }

  /** The open files, with their paths. */
  *files(): Generator<{ readonly file: FileHandle; readonly path: string }> {
    for (const { file, path } of this.#segments) if (file) yield { file, path };
  }

  /** Makes the files ready for an epoch. */
  async begin(epoch: bigint): Promise<void> {
    for (const segment of this.#segments) await segment.begin(epoch);
  }

  /** Takes frames from now on. */
  activate(segment = this.#segments[0]): void {
    segment.activate();
    this.#active = segment;
    this.#control.fill = segment.fill;
    this.#memtable.push(this.#layers.get(segment) as Layer);
  }

  /** Goes on with what a server that ended without a clean close left. The files are open. */
  resume({ headers, segments }: RecoveredJournal): void {
    for (const header of headers) this.#segments[header.number as 0 | 1].resume(header);
    for (const { segment, frames, slots } of segments) {
      const layer = this.#layers.get(segment) as Layer;
      segment.takeOver(frames, slots);
      for (const { start, end } of frames) layer.add(start, end);
      this.#memtable.push(layer);
    }
    const [older, newer] = segments;
    if (older === undefined) {
      this.activate();
      return;
    }
    this.#active = (newer ?? older).segment;
    this.#control.fill = this.#active.fill;
    if (newer === undefined) return;
    older.segment.state = 'sealed';
    this.#startCheckpoint(older.segment);
  }

  /** Writes a frame to the active segment: see Segment.append(). Then the memtable has it. */
  async append(end: number, sequence: number, ceiling: number | undefined): Promise<void> {
    const segment = this.#active;
    const start = segment.entriesStart;
    this.#isWriting = true;
    try {
      await segment.append(end, sequence, ceiling, this.#writer);
    } finally {
      this.#isWriting = false;
    }
    this.#layers.get(segment)?.add(start, end);
    segment.growIfBusy();
    // The next one must not be the smaller: its frames would wait for the checkpoint of this one.
    if (this.other.state === 'free') this.other.growTo(segment.fileBytes);
    this.#control.fill = segment.fill;
  }

  /** Turns, unless nothing has to be sealed or that has to wait. */
  turnIfFree(): void {
    if (this.#checkpointer.isClosing || this.#isWriting || this.other.state !== 'free') return;
    if (this.#active.lastSequence > 0) this.turn();
  }

  /** Seals the active segment, whose checkpoint begins, and activates the other, which is free. */
  turn(): void {
    const sealed = this.#active;
    sealed.state = 'sealed';
    this.activate(this.other);
    this.#startCheckpoint(sealed);
  }

  /**
   * Runs the work while LMDB has what was acknowledged up to one moment since the call, and nothing
   * later. Checkpoints wait until it ends. One at a time.
   * @throws as Checkpointer.between()
   */
  async atOneMoment<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const newest = this.#active.lastSequence || this.other.lastSequence;
    let isOver = false;
    const result = this.#checkpointer.between(newest, work, signal).finally(() => {
      isOver = true;
    });
    const settled = result.catch(() => {});
    while (!isOver) {
      if (!this.#checkpointer.has(newest)) this.turnIfFree();
      await Promise.race([settled, sleep(sealMs)]);
    }
    return result;
  }

  async close(): Promise<void> {
    for (const segment of this.#segments) await segment.close();
  }

  #startCheckpoint(segment: Segment): void {
    const layer = this.#layers.get(segment) as Layer;
    this.#checkpoint = this.#checkpointer
      .run(segment, layer)
      // The thread has said so: see CheckpointEvents.
      .catch(() => {})
      .finally(() => {
        this.#checkpoint = undefined;
      });
  }
}
