/** The things that a batch has from its lane: its content as it comes, memory, time and turns. */
import type { Allowance } from '../../../store/store.js';
import type { ByteSemaphore } from '../../connection/byte-semaphore.js';
import type { Problem } from '../problem.js';

/** Memory of a line under way, besides its key and value. */
export const bytesPerLine = 512;

export interface BatchIntake {
  /** @throws Problem if the rest can't be read; ClientGone */
  readonly content: AsyncIterable<Buffer>;
  /** Ends the content: no more of it is wanted. */
  readonly stop: () => void;
  readonly allowance: Allowance;
  readonly maxLineBytes: number;
  readonly maxValueBytes: number;
  /** Lines of all batches take turns at the store, so that its queue has room for others. */
  readonly writes: ByteSemaphore;
  /** Does the work when it is the turn of a write of so many bytes. */
  readonly duringWrite: <T>(bytes: number, work: () => Promise<T>) => Promise<T>;
  /** Called when more than a piece of one line is awaited. The result ends it. */
  readonly watchLongLine: () => () => void;
  /** Called with whether the batch only waits for its client. */
  readonly onResting: (isResting: boolean) => void;
  /** Why no further line is begun; undefined: they are. */
  readonly refusal: () => Problem | undefined;
  /** Called with each failure of a line. */
  readonly onProblem: (problem: Problem) => void;
}
