/** The things that a batch has from its lane: its content as it comes, memory, time and turns. */
import type { Allowance } from '../../../store/store.js';
import type { Problem } from '../problem.js';
import type { BatchBounds } from './batch-bounds.js';

export interface BatchIntake {
  /** @throws Problem if the rest can't be read; ClientGone */
  readonly content: AsyncIterable<Buffer>;
  /** Ends the content: no more of it is wanted. */
  readonly stop: () => void;
  readonly allowance: Allowance;
  readonly bounds: BatchBounds;
  readonly maxValueBytes: number;
  /** Whether the client may write a key. @throws Problem about the line; undefined: any */
  readonly mustAllowKey?: ((key: Uint8Array) => void) | undefined;
  /**
   * Lines of all batches take turns at the store, so that its queue has room for others. Resolves
   * when it is the turn of so many bytes, to the end of the turn.
   */
  readonly lineTurn: (bytes: number) => Promise<() => void>;
  /** The same of an atomic batch. */
  readonly atomicTurn: (bytes: number) => Promise<() => void>;
  /** Called when more than a piece of one line is awaited. The result ends it. */
  readonly watchLongLine: () => () => void;
  /** Called with whether the batch only waits for its client. */
  readonly onResting: (isResting: boolean) => void;
  /** Why no further line is begun; undefined: they are. */
  readonly refusal: () => Problem | undefined;
  /** Called with each failure of a line. */
  readonly onProblem: (problem: Problem) => void;
}
